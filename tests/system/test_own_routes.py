"""Requests to the system's own routes: neither another party's text nor a model. Requests to models stay what they are."""

from __future__ import annotations

import pytest

from pipeline.system.model import System
from tests.system.small import elements, flows, system_of

ANALYSE = """\
import { generateText } from "ai";
import { openai } from "@ai-sdk/openai";
export async function POST(request) {
  const { prompt, model } = await request.json();
  const { text } = await generateText({ model: openai("gpt-5-mini"), prompt });
  return Response.json({ plan: text });
}
"""
FILES = """\
export async function GET(request) {
  return Response.json({ manifest: {} });
}
"""
WORK = """\
import {{ generateText }} from "ai";
import {{ openai }} from "@ai-sdk/openai";
const BASE = process.env.BASE_URL;
export async function POST(request) {{
  const {{ prompt }} = await request.json();
  const answer = await fetch({address}, {{ method: "POST", body: JSON.stringify({{ prompt, model: "m" }}) }});
  const {{ plan }} = await answer.json();
  const {{ text }} = await generateText({{ model: openai("gpt-5-mini"), system: plan, prompt }});
  return Response.json({{ text }});
}}
"""


def next_app(address: str, place: str = "app/api/work/route.ts") -> System:
    return system_of(
        {
            "app/api/analyse/route.ts": ANALYSE,
            "app/api/files/[id]/route.ts": FILES,
            "app/api/chat/route.ts": ANALYSE,
            place: WORK.format(address=address),
        }
    )


def by_shape(system: System) -> list[str]:
    return [element.id for element in system.elements if element.attributes.get("recognised") == "shape"]


OWN = [
    '"/api/analyse"',
    "`${process.env.NEXT_PUBLIC_APP_URL || 'http://localhost:3000'}/api/analyse`",
    '"http://localhost:3000/api/analyse"',
    "`${BASE}/api/analyse`",
    "`${request.nextUrl.origin}/api/analyse?x=1`",
    "new URL('/api/analyse', request.url)",
    "`http://${process.env.VERCEL_URL}/api/analyse`",
    "BASE + '/api/analyse'",
    "`/api/files/${prompt}`",
]


@pytest.mark.parametrize("address", OWN)
def test_a_route_of_the_tree_is_no_model_and_no_outsider(address: str) -> None:
    system = next_app(address)
    assert by_shape(system) == []
    assert not flows(system, "system_prompt", "web_content") and not flows(system, "system_prompt", "model_reply")
    assert [element.zone for element in elements(system, "component") if "/api/" in element.name] == ["application"]


OTHERS = [
    '"http://localhost:11434/api/generate"',
    '"http://localhost:8000/v1/chat/completions"',
    '"http://localhost:11434/api/chat"',
    "`${process.env.OLLAMA_BASE_URL}/api/chat`",
    "`${process.env.LLM_URL || 'http://localhost:3000'}/api/chat`",
    '"https://models.example.com/api/analyse"',
    "`${BASE}/api/other`",
    "`${BASE}/api`",
]


@pytest.mark.parametrize("address", OTHERS)
def test_what_is_no_route_of_the_tree_stays_a_model(address: str) -> None:
    assert len(by_shape(next_app(address))) == 1


def test_a_route_that_hands_on_to_its_own_address_elsewhere_asks_another_server() -> None:
    assert len(by_shape(next_app("`${BASE}/api/work`"))) == 1


PYTHON = """\
from fastapi import FastAPI, APIRouter
from openai import OpenAI
router = APIRouter(prefix="/v1")
@router.post("/answer/{{tenant}}")
def answer(tenant: str, prompt: str):
    return OpenAI().responses.create(model="gpt-5-mini", input=prompt).output_text
app = FastAPI()
app.include_router(router, prefix="/api")
"""
PAGE = """\
import os, requests, streamlit as st
API_URL = os.getenv("API_URL", "http://backend:8000")
question = st.text_input("q")
reply = requests.post({address}, json={{"prompt": question, "model": "m"}}).json()
st.write(reply["text"])
"""


@pytest.mark.parametrize("address", ['f"{API_URL}/api/v1/answer/acme"', '"http://localhost:8000/v1/answer/acme"'])
def test_a_page_that_asks_the_tree_s_own_service_asks_no_model(address: str) -> None:
    system = system_of({"api.py": PYTHON, "page.py": PAGE.format(address=address)})
    assert by_shape(system) == []
    assert len(elements(system, "hosted_llm")) == 1


@pytest.mark.parametrize("address", ['f"{API_URL}/api/v2/answers"', '"http://localhost:8000/v1/completions"'])
def test_a_page_that_asks_another_service_may_ask_a_model(address: str) -> None:
    assert len(by_shape(system_of({"api.py": PYTHON, "page.py": PAGE.format(address=address)}))) == 1


def test_express_routes_and_axios_are_known_as_well() -> None:
    server = (
        "import express from 'express';\nimport OpenAI from 'openai';\nconst client = new OpenAI();\nconst app = express();\n"
        "const api = express.Router();\napi.post('/plan/:id', async (req, res) => {\n"
        "  const r = await client.responses.create({ model: 'gpt-5-mini', input: req.body.prompt });\n  res.json({ text: r.output_text });\n});\n"
        "app.use('/api', api);\n"
    )
    page = "import axios from 'axios';\nexport async function ask(q) {{ const r = await axios.post({0}, {{ prompt: q, model: 'm' }}); return r.data; }}\n"
    own = system_of({"server.ts": server, "page.ts": page.format("`${import.meta.env.VITE_API_URL}/api/plan/${q}`")})
    other = system_of({"server.ts": server, "page.ts": page.format("`${import.meta.env.VITE_API_URL}/api/plans`")})
    assert by_shape(own) == [] and len(by_shape(other)) == 1
