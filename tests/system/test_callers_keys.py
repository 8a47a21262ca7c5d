"""Models asked with a key the caller brought, and with the owner's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of, system_of

API = "import os\nfrom fastapi import FastAPI, Header, Request\nfrom openai import OpenAI\nfrom anthropic import Anthropic\nfrom langchain_openai import ChatOpenAI\nfrom pydantic import BaseModel\napp = FastAPI()\nclass Ask(BaseModel):\n    text: str\n    key: str = ''\n"
PAGE = "import os\nimport streamlit as st\nfrom openai import OpenAI\n"
ASK = "    return client.responses.create(model='gpt-5', input=body.text).output_text\n"

BROUGHT = {
    "a field of the request": API + "@app.post('/x')\ndef ask(body: Ask):\n    client = OpenAI(api_key=body.key)\n" + ASK,
    "a header": API + "@app.post('/x')\ndef ask(body: Ask, x_key: str = Header()):\n    client = OpenAI(api_key=x_key.strip())\n" + ASK,
    "a header that is asked for": API + "@app.post('/x')\nasync def ask(request: Request, body: Ask):\n    client = OpenAI(api_key=request.headers.get('x-key'))\n" + ASK,
    "a field of the page": PAGE + "key = st.text_input('Your key', type='password')\ntext = st.chat_input()\nclient = OpenAI(api_key=key)\nclient.responses.create(model='gpt-5', input=text)\n",
    "through a function": API + "def client_for(key):\n    return OpenAI(api_key=key)\n@app.post('/x')\ndef ask(body: Ask):\n    client = client_for(body.key)\n" + ASK,
    "a chain": API + "@app.post('/x')\ndef ask(body: Ask):\n    return ChatOpenAI(model='gpt-5', openai_api_key=body.key).invoke(body.text).content\n",
}  # fmt: skip
OWN = {
    "the environment": API + "@app.post('/x')\ndef ask(body: Ask):\n    client = OpenAI(api_key=os.environ['KEY'])\n" + ASK,
    "the environment where none was brought": API + "@app.post('/x')\ndef ask(body: Ask):\n    client = OpenAI(api_key=body.key or os.environ['KEY'])\n" + ASK,
    "none given": API + "@app.post('/x')\ndef ask(body: Ask):\n    client = OpenAI()\n" + ASK,
    "looked up by what the caller says": API + "KEYS = load()\n@app.post('/x')\ndef ask(body: Ask):\n    client = OpenAI(api_key=KEYS[body.key])\n" + ASK,
}  # fmt: skip


def paid_by_callers(text: str) -> bool:
    return any(control.kind == "budget_limit" for control in system_of(text).controls)


@pytest.mark.parametrize("text", BROUGHT.values(), ids=BROUGHT.keys())
def test_a_caller_who_brings_the_key_pays(text: str) -> None:
    assert paid_by_callers(text)


@pytest.mark.parametrize("text", OWN.values(), ids=OWN.keys())
def test_the_owner_pays_for_what_the_owners_key_asks(text: str) -> None:
    assert not paid_by_callers(text)


def test_a_client_of_typescript_made_with_the_callers_key_is_paid_by_them(tmp_path: Path) -> None:
    route = "import OpenAI from 'openai';\nexport async function POST(req: Request) {{\n  const {{ prompt, apiKey }} = await req.json();\n  const client = new OpenAI({{ apiKey: {} }});\n  return client.responses.create({{ model: 'gpt-5', input: prompt }});\n}}\n"
    for name, key, expected in (("brought", "apiKey", True), ("own", "apiKey ?? process.env.KEY", False)):
        system = scan_of(tmp_path / name, {"app/x/route.ts": route.format(key)}).system

        assert any(control.kind == "budget_limit" for control in system.controls) is expected


COUNTED = {
    "an error of the project's own, named for it in its text": "class AppError(Exception):\n    pass\n@app.post('/x')\ndef ask(body: Ask):\n    if messages_today(body.key) > 50:\n        raise AppError('rate_limit:chat')\n",
    "a refusal that says what is used up": "@app.post('/x')\ndef ask(body: Ask):\n    used = count_since_yesterday(body.key)\n    if used >= 20:\n        raise HTTPException(403, detail='Daily message limit reached')\n",
}  # fmt: skip


@pytest.mark.parametrize("body", COUNTED.values(), ids=COUNTED.keys())
def test_rows_counted_in_a_database_are_a_limit(body: str) -> None:
    text = (
        API.replace("Request\n", "Request, HTTPException\nfrom db import messages_today, count_since_yesterday\n")
        + "client = OpenAI()\n"
        + body
    )

    assert any(control.kind == "rate_limit" for control in system_of(text + ASK).controls)


def test_a_refusal_that_counts_nothing_is_no_limit() -> None:
    body = "@app.post('/x')\ndef ask(body: Ask):\n    if not body.text:\n        raise HTTPException(403, detail='Read about our message limit: limit reached')\n"
    text = API.replace("Request\n", "Request, HTTPException\n") + "client = OpenAI()\n" + body

    assert not any(control.kind == "rate_limit" for control in system_of(text + ASK).controls)
