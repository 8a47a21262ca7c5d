"""Models, agents and tools of libraries nobody knows: what is recognised by its shape, and what only looks like it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.system.model import System
from tests.system.small import elements, flows, only, scan_of, system_of, ties

MODELS = ("hosted_llm", "local_llm", "agent")


def by_shape(system: System) -> list[str]:
    return [element.id for element in system.elements if element.attributes.get("recognised") == "shape"]


def becomes_code(text: str) -> bool:
    """Whether what a model writes is run as code."""
    return bool(flows(system_of(text), "code", "model_reply"))


MODEL_CALLS = {
    "messages as the first argument": """
        from mycompany_llm import Client
        client = Client()
        def run(q):
            exec(client.chat([{"role": "system", "content": "You write code"}, {"role": "user", "content": q}]))
        """,
    "messages, model and other options": """
        from agit.llm import call_llm
        def run(q):
            r = call_llm(messages=[{"role": "user", "content": q}], model="glm-4", tools=[], stream=False)
            eval(r.content)
        """,
    "messages that were appended one by one": """
        from somelib import engine
        def run(q):
            messages = [{"role": "system", "content": "code"}]
            messages.append({"role": "user", "content": q})
            eval(engine.generate(messages=messages))
        """,
    "message objects": """
        from somelib import engine
        from somelib.messages import UserMessage
        def run(q):
            eval(engine.complete([UserMessage(q)]).text)
        """,
    "a model and a prompt": """
        from somelib import client
        def run(q):
            eval(client.completions.create(model="m-1", prompt=q)["choices"][0]["text"])
        """,
    "options spread": """
        from somelib import achat
        async def run(q):
            options = {"model": "m-1", "messages": [{"role": "user", "content": q}]}
            eval(await achat(**options))
        """,
    "an answer that streams": """
        from somelib import client
        def run(q):
            for part in client.chat.stream(model="m-1", messages=[{"role": "user", "content": q}]):
                eval(part.delta)
        """,
    "a body that names a model and holds messages": """
        import requests
        def run(q):
            r = requests.post("https://models.example/ask", json={"model": "m-1", "messages": [{"role": "user", "content": q}]})
            eval(r.json()["choices"][0]["message"]["content"])
        """,
    "a body that says how the answer to a prompt is drawn": """
        import requests
        def run(q):
            r = requests.post("https://models.example/v1/complete", json={"prompt": q, "max_tokens": 30})
            eval(r.json()["text"])
        """,
    "a body that is put together": """
        import httpx, os
        async def run(q, history):
            body = {"model": "m-1", "stream": False}
            body["messages"] = history
            async with httpx.AsyncClient() as client:
                r = await client.post(os.environ["URL"], json=body)
            eval(r.json()["text"])
        """,
    "a body as text, opened by the standard library": """
        import json, urllib.request
        def run(q):
            data = json.dumps({"model": "m-1", "prompt": q}).encode()
            request = urllib.request.Request("http://localhost:11434/api/generate", data=data)
            with urllib.request.urlopen(request) as r:
                eval(json.loads(r.read())["response"])
        """,
    "an address": """
        import requests
        def run(base, body):
            eval(requests.post(f"{base}/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"])
        """,
    "a field of an unknown model class": """
        from somelib.llms import LLM
        class Engine:
            def __init__(self, llm: LLM):
                self.llm = llm
            async def ask(self, q: str):
                eval((await self.llm.acomplete(q)).text)
        """,
    "an abstract class of the project": """
        from abc import ABC, abstractmethod
        class LLM(ABC):
            @abstractmethod
            def generate(self, prompt: str) -> str: ...
        class Agent:
            def __init__(self, llm: LLM):
                self.llm = llm
            def run(self, q):
                eval(self.llm.generate(f"Write code for {q}"))
        """,
    "a protocol of the project": """
        from typing import Protocol
        class ChatModel(Protocol):
            def invoke(self, messages: list) -> str: ...
        def run(model: ChatModel, q):
            eval(model.invoke([q]))
        """,
    "a model by its usual name": """
        from somelib import make
        llm = make()
        def run(q):
            eval(llm.invoke(q))
        """,
}  # fmt: skip


@pytest.mark.parametrize("text", MODEL_CALLS.values(), ids=MODEL_CALLS.keys())
def test_a_model_is_recognised_by(text: str) -> None:
    assert becomes_code(dedent(text))


NO_MODELS = {
    "an e-mail sender": """
        from mailer import client
        def run(q):
            return client.send(messages=[{"to": "a@b.example", "content": q}])
        """,
    "a chat room with roles of its own": """
        from rooms import room
        def run(q):
            return room.send([{"role": "moderator", "content": q}])
        """,
    "a room that is sent what was said": """
        from rooms import hub
        def run(q):
            hub.ask([{"role": "user", "content": q}])
        """,
    "slack": """
        from slack_client import app
        def run(q):
            return app.chat_postMessage(channel="c", messages=[{"content": q, "role": "user"}])
        """,
    "kafka": """
        from kafka_client import producer
        def run(q):
            return producer.send("topic", model="m", messages=[q])
        """,
    "an object-relational mapper": """
        from catalog.models import Car
        def run(q):
            return Car.objects.create(model="T", prompt=q)
        """,
    "a constructor of a record": """
        from orm import PromptRecord
        def run(q):
            return PromptRecord(model="m-1", prompt=q)
        """,
    "a query for a model of cars": """
        from orm import session
        def run(q):
            return session.query(model="T", year=q)
        """,
    "a count of tokens": """
        from somelib import llm
        def run(q):
            return llm.count_tokens(model="m-1", messages=[{"role": "user", "content": q}])
        """,
    "a cost": """
        from somelib import completion_cost
        def run(q):
            return completion_cost(model="m-1", prompt=q)
        """,
    "a template": """
        from somelib import tokenizer
        def run(q):
            return tokenizer.apply_chat_template([{"role": "user", "content": q}])
        """,
    "a record of an exchange": """
        from tracing_of_theirs import recorder
        def run(q):
            return recorder.generation(model="m-1", prompt=q, output="a")
        """,
    "embeddings": """
        from somelib import client
        def run(q):
            return client.embeddings.create(model="m-1", input=q)
        """,
    "the standard library": """
        import json, copy
        def run(q):
            messages = [{"role": "user", "content": q}]
            return json.dumps(copy.deepcopy(messages))
        """,
    "a function of the project that asks nobody": """
        def chat(messages, model):
            return "".join(m["content"] for m in messages)
        def run(q):
            return chat(messages=[{"role": "user", "content": q}], model="m-1")
        """,
    "a test client": """
        from somelib import client
        def run(q):
            return client.chat.assert_called_with(model="m-1", messages=[{"role": "user", "content": q}])
        """,
    "a request with a car's model": """
        import requests
        def run(q):
            return requests.post("https://cars.example/orders", json={"model": "T", "colour": q}).json()
        """,
    "a request to one's own chat rooms": """
        import requests
        def run(q):
            return requests.post("https://rooms.example/api/chat", json={"room": "a", "text": q}).json()
        """,
    "a server's tokenizer": """
        import requests
        def tokenize(url, q):
            return requests.post(url, json={"model": "m-1", "prompt": q}).json()
        """,
    "a request for data": """
        import requests
        def run(q):
            return requests.get("https://shop.example/v1/messages?page=2").json()
        """,
    "a class that generates reports": """
        from abc import ABC, abstractmethod
        class Report(ABC):
            @abstractmethod
            def generate(self, prompt: str) -> str: ...
        def run(report: Report, q):
            return report.generate(q)
        """,
    "a class with tools and a model": """
        from machines import Mill, Drill, Saw
        mill = Mill(model="M-200", tools=[Drill(3), Saw(4)])
        def run(q):
            return mill.run(q)
        """,
    "web, command line and task decorators": """
        import click
        from celery import Celery
        from flask import Flask
        from drf_spectacular.utils import extend_schema
        app, queue = Flask("a"), Celery("b")
        @app.route("/a", methods=["GET"])
        def a(): return ""
        @click.command(help="b")
        @click.option("--x", help="x")
        def b(x): return x
        @queue.task(name="c", description="c")
        def c(x): return x
        @extend_schema(description="d", parameters=[1])
        def d(x): return x
        """,
}  # fmt: skip


@pytest.mark.parametrize("text", NO_MODELS.values(), ids=NO_MODELS.keys())
def test_no_model_is_seen_in(text: str) -> None:
    system = system_of(text)
    assert not by_shape(system)
    assert not any(element.kind in (*MODELS, "tool") for element in system.elements)


def test_a_call_that_leads_to_a_known_model_is_read_from_its_body() -> None:
    system = system_of("""
        from openai import OpenAI
        class LLM:
            def generate(self, prompt):
                return OpenAI().chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": prompt}])
        def run(q):
            return LLM().generate(q)
        """)
    assert only(system, "hosted_llm").id == "hosted_llm:gpt-5"
    assert not by_shape(system)


def test_an_abstract_model_with_an_implementation_that_asks_one_is_that_one() -> None:
    system = system_of("""
        from abc import ABC, abstractmethod
        from openai import OpenAI
        class LLM(ABC):
            @abstractmethod
            def generate(self, prompt: str) -> str: ...
        class Hosted(LLM):
            def generate(self, prompt: str) -> str:
                return OpenAI().responses.create(model="gpt-5", input=prompt).output_text
        def run(llm: LLM, q):
            return llm.generate(q)
        """)
    assert not by_shape(system)


def test_a_model_on_ones_own_machine_is_local() -> None:
    system = system_of("""
        import requests
        def run(q):
            return requests.post("http://localhost:8000/v1/completions", json={"model": "m-1", "prompt": q}, timeout=5).json()
        """)
    assert only(system, "local_llm").name == "m-1 (localhost:8000)"
    assert not elements(system, "external_service")


def test_an_unknown_call_with_tools_and_a_model_makes_an_agent() -> None:
    system = system_of("""
        from somelib import build
        from fastapi import FastAPI
        app = FastAPI()
        def fetch(url: str):
            "Fetches a page."
            import requests
            return requests.get(url).text
        agent = build(model="m-1", tools=[fetch], instructions="Help.")
        @app.post("/ask")
        def ask(q: str):
            return agent.run(q)
        """)
    agent, tool = only(system, "agent"), only(system, "tool")
    assert (agent.id, "has_tool", tool.id) in ties(system)
    assert {flow.target for flow in flows(system, "conversation", "user_input") + flows(system, "prompt", "user_input")} == {agent.id}
    assert [flow.source for flow in flows(system, "response", "model_reply")] == [agent.id]


def test_an_unknown_object_that_holds_a_model_hands_it_what_it_works_on() -> None:
    system = system_of("""
        import requests
        from graphs import Transformer
        from langchain_openai import ChatOpenAI
        def run(url):
            return Transformer(llm=ChatOpenAI(model="gpt-5")).convert_documents([requests.get(url).text])
        """)
    assert any("web_content" in flow.carries and flow.target == "agent:Transformer (graphs)" for flow in system.flows)


REGISTERED = {
    "a decorator of the project": """
        registry = {}
        def activity(config):
            def wrap(f):
                registry[f.__name__] = f
                return f
            return wrap
        class FileTool:
            @activity(config={"description": "Reads a file", "schema": {"path": str}})
            def read(self, path): return open(path).read()
        """,
    "a registry of the project": """
        class Registry:
            def register(self, name, description, func): pass
        registry = Registry()
        def read(path): return open(path).read()
        registry.register(name="read", description="Reads a file", func=read, parameters={"path": "string"})
        """,
    "a tool object of the project": """
        class Tool:
            def __init__(self, name, description, fn): self.fn = fn
        def read(path): return open(path).read()
        tool = Tool(name="read", description="Reads a file", fn=read)
        """,
}  # fmt: skip
_MODEL = "from openai import OpenAI\nreply = OpenAI().responses.create(model='gpt-5', input='x')\n"


@pytest.mark.parametrize("text", REGISTERED.values(), ids=REGISTERED.keys())
def test_what_a_project_registers_for_its_model_is_a_tool(text: str) -> None:
    assert only(system_of(_MODEL + dedent(text)), "tool").name == "read"
    assert flows(system_of(_MODEL + dedent(text)), "path", "tool_arguments")
    assert not elements(system_of(text), "tool"), "without a model nobody chooses"


def test_commands_with_a_description_are_no_tools() -> None:
    text = """
        class Commands:
            def command(self, name, description):
                return lambda f: f
        commands = Commands()
        @commands.command(name="read", description="Reads a file")
        def read(path): return open(path).read()
        commands.register(name="read", description="Reads a file", callback=read)
        """
    assert not elements(system_of(_MODEL + dedent(text)), "tool")


def test_other_languages_look_the_same(tmp_path: Path) -> None:
    text = """
        import { Client } from "my-llm";
        import axios from "axios";
        const client = new Client();
        export async function chat(q: string) {
          const r = await client.chat({ model: "m-1", messages: [{ role: "user", content: q }] });
          eval(r.content);
        }
        export async function post(q: string) {
          const r = await fetch("https://models.example/v1/chat/completions",
            { method: "POST", body: JSON.stringify({ model: "m-2", messages: [{ role: "user", content: q }] }) });
          eval((await r.json()).choices[0].message.content);
        }
        export async function local(q: string) {
          const r = await axios.post("http://localhost:11434/api/generate", { model: "m-3", prompt: q });
          eval(r.data.response);
        }
        export async function rooms(q: string) {
          const r = await fetch("/api/chat", { method: "POST", body: JSON.stringify({ room: "a", text: q }) });
          return r.json();
        }
        """
    system = scan_of(tmp_path, {"a.ts": text}).system
    models = ["hosted_llm:m-1 (my-llm)", "hosted_llm:m-2 (models.example)", "local_llm:m-3 (localhost:11434)"]
    assert by_shape(system) == models
    assert sorted(flow.source for flow in flows(system, "code", "model_reply")) == models


def test_findings_that_rest_on_a_shape_are_less_sure_and_say_why(tmp_path: Path) -> None:
    text = "from {}\ndef run(q):\n    eval(client.chat.completions.create(model='m-1', messages=[{{'role': 'user', 'content': q}}]))\nrun(input())\n"
    unknown = scan_of(tmp_path / "a", {"app.py": text.format("somelib import client")})
    known = scan_of(tmp_path / "b", {"app.py": text.format("openai import OpenAI\nclient = OpenAI()")})
    guess, sure = (next(f for f in scan.findings if f.threat == "model-output-executed") for scan in (unknown, known))
    assert (sure.confidence, guess.confidence) == ("high", "medium")
    reason = "confidence lowered: the model is recognised by the shape of the call, not by a known library"
    assert reason in guess.risk_reasons and reason not in sure.risk_reasons


def test_an_object_put_together_of_a_model_and_messages_asks_nobody() -> None:
    text = """
        export function options(model, messages) {
          const put = Object.assign({ model, messages }, { temperature: 0 });
          return structuredClone({ model, messages, put });
        }
    """
    assert elements(system_of({"a.ts": text}), "hosted_llm") == []


def test_a_model_that_was_asked_for_first_keeps_its_name() -> None:
    system = system_of("""
        def run(writing_llm, messages):
            if writing_llm is not None:
                exec(writing_llm.invoke([{"role": "user", "content": messages}]).content)
        """)
    assert [element.name for element in system.elements if element.kind in MODELS] == ["writing_llm"]


def test_the_conversation_of_a_request_is_in_its_body_and_not_in_the_address_before_it() -> None:
    system = system_of(
        {
            "pages/api/chat.ts": """
            const address = (given) => new URL(given);

            export default async function handler(req) {
              const asked = await req.json();
              const to = address(req.headers.get("x-endpoint") || process.env.ENDPOINT);
              const answer = await fetch(to, {
                method: "POST",
                body: JSON.stringify({ model: "gpt-5", messages: asked.messages, temperature: 0 }),
              });
              return new Response(answer.body);
            }
            """.replace("handler(req)", "handler(req: NextRequest)").replace(
                "const address", 'import { NextRequest } from "next/server";\n            const address', 1
            )
        }
    )
    assert [flow.steps[0].start_line for flow in flows(system, "conversation", "user_input")] == [6]
    assert not [flow for flow in flows(system, "prompt", "user_input") if any("x-endpoint" in step.quote for step in flow.steps)]
    assert flows(system, "url", "user_input")
