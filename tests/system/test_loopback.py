"""An application that its own code puts on loopback: isolated where nothing else starts it for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import controls_on, only, scan_of

_APP = """
    import uvicorn
    from fastapi import FastAPI
    from openai import OpenAI

    app, client = FastAPI(), OpenAI()

    @app.post("/chat")
    def chat(question: str) -> str:
        return client.responses.create(model="m", input=question).output_text

    if __name__ == "__main__":
        uvicorn.run(app, host="localhost", port=8000)
    """
_EXPOSED = 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8000\nENTRYPOINT ["bash", "./start.sh"]\n'
_HIDDEN = _EXPOSED.replace("EXPOSE 8000\n", "")
_OTHER = 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8501\nCMD ["streamlit", "run", "page.py"]\n'


@pytest.mark.parametrize(
    ("files", "isolated"),
    [
        ({}, True),
        ({"backend/Dockerfile": _HIDDEN}, True),
        ({"backend/Dockerfile": _EXPOSED}, False),
        ({"frontend/Dockerfile": _EXPOSED}, True),
        ({"backend/Dockerfile": _OTHER}, True),
        ({"backend/scripts/start.sh": "set -e\nuvicorn server.main:app --host 0.0.0.0 --port 8000\n"}, False),
        ({"backend/scripts/start.sh": "set -e\nuvicorn server.main:app --host 127.0.0.1 --reload\n"}, True),
        ({"backend/Makefile": "dev:\n\tuvicorn server.main:app --reload\n"}, True),
        ({"backend/Makefile": "prod:\n\tgunicorn -b :8000 server.main:app\n"}, False),
        ({"Procfile": "web: gunicorn server.main:app\n"}, False),
    ],
)
def test_the_run_of_a_developer_isolates_only_where_nothing_else_starts_the_application(
    tmp_path: Path, files: dict[str, str], isolated: bool
) -> None:
    system = scan_of(tmp_path, {"backend/server/main.py": _APP, **files}).system
    assert ("network_isolation" in controls_on(system, only(system, "http_route").id)) is isolated


_FLASK = """
    from flask import Flask, request
    from openai import OpenAI

    app = Flask(__name__)

    @app.post("/chat")
    def chat():
        return OpenAI().responses.create(model="m", input=request.json["text"]).output_text

    if __name__ == "__main__":
        app.run(port=5000)
    """


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({}, True),
        ({"README.md": "# Desk\n"}, True),
        ({"desk/requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n"}, False),
        ({"Procfile": "web: gunicorn desk.app:app\n"}, False),
        ({"desk/Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 5000\nCMD ["python", "app.py"]\n'}, False),
        ({"desk/more.py": 'from desk.app import app\n\napp.run(host="0.0.0.0")\n'}, False),
    ],
)
def test_without_an_address_the_routes_of_flask_are_marked_where_nothing_publishes_them(
    tmp_path: Path, files: dict[str, str], marked: bool
) -> None:
    system = scan_of(tmp_path, {"desk/app.py": _FLASK, **files}).system
    route = only(system, "http_route")
    assert (route.attributes.get("listens_here") is True) is marked
    assert "network_isolation" not in controls_on(system, route.id)


def test_a_route_that_its_code_keeps_to_its_machine_by_default_is_told_as_less_likely(tmp_path: Path) -> None:
    found = {finding.threat: finding for finding in scan_of(tmp_path, {"desk/app.py": _FLASK}).findings}
    assert any("listens on its own machine only" in reason for reason in found["unauthenticated-inference-endpoint"].risk_reasons)


@pytest.mark.parametrize(
    ("listen", "isolated"),
    [
        ('app.listen(3000, "127.0.0.1")', True),
        ('const port = process.env.PORT ?? 3000;\napp.listen(port, "localhost", () => console.log(port))', True),
        ("app.listen(3000)", False),
        ("app.listen(3000, () => console.log(3000))", False),
        ('app.listen(3000, process.env.HOST ?? "127.0.0.1")', False),
    ],
)
def test_an_application_of_express_listens_where_its_second_argument_says(tmp_path: Path, listen: str, isolated: bool) -> None:
    app = f"""import express from "express";
import OpenAI from "openai";

const app = express();

app.post("/chat", async (req, res) => {{
  const reply = await new OpenAI().responses.create({{ model: "m", input: req.body.text }});
  res.json({{ text: reply.output_text }});
}});

{listen};
"""
    system = scan_of(tmp_path, {"src/app.ts": app}).system
    assert ("network_isolation" in controls_on(system, only(system, "http_route").id)) is isolated


@pytest.mark.parametrize(
    ("given", "isolated", "marked"),
    [
        ('"localhost", 8765, origins=["http://localhost:8000"]', True, False),
        ('"localhost", 8765', False, True),
        ('"0.0.0.0", 8765', False, False),
        ("None, 8765", False, False),
    ],
)
def test_a_socket_listens_where_its_call_says_and_is_open_to_pages_of_a_browser_there(
    tmp_path: Path, given: str, isolated: bool, marked: bool
) -> None:
    app = f"""
import asyncio

import websockets
from openai import OpenAI


async def answer(socket):
    async for text in socket:
        await socket.send(OpenAI().responses.create(model="m", input=text).output_text)


async def main():
    async with websockets.serve(answer, {given}):
        await asyncio.Future()


asyncio.run(main())
"""
    system = scan_of(tmp_path, {"live.py": app}).system
    assert ("network_isolation" in controls_on(system, only(system, "websocket").id)) is isolated
    assert (only(system, "websocket").attributes.get("listens_here") is True) is marked


@pytest.mark.parametrize(("listen", "marked"), [("{ port: 3000 }", True), ('{ port: 3000, host: "0.0.0.0" }', False), ("options", False)])
def test_fastify_keeps_to_its_machine_where_no_host_is_given(tmp_path: Path, listen: str, marked: bool) -> None:
    app = f"""import Fastify from "fastify";
import OpenAI from "openai";
import {{ options }} from "./options.js";

const app = Fastify();

app.post("/chat", async (request) => {{
  const reply = await new OpenAI().responses.create({{ model: "m", input: request.body.text }});
  return {{ text: reply.output_text }};
}});

await app.listen({listen});
"""
    system = scan_of(tmp_path, {"src/app.js": app}).system
    assert (only(system, "http_route").attributes.get("listens_here") is True) is marked


_UNSTARTED = _APP.partition("    if __name__")[0]
_MANUAL = "# Desk\n\n```bash\nuvicorn desk.main:app --reload\n```\n"


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({"README.md": _MANUAL}, True),
        ({}, False),  # nobody says how it is started
        ({"README.md": _MANUAL.replace("--reload", "--host 0.0.0.0")}, False),
        ({"README.md": _MANUAL, "docs/run.md": _MANUAL.replace("--reload", "--host 0.0.0.0 --port 80")}, False),
        ({"README.md": _MANUAL, "Procfile": "web: uvicorn desk.main:app --host 0.0.0.0\n"}, False),
        (
            {
                "README.md": _MANUAL,
                "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8000\nCMD ["uvicorn", "desk.main:app", "--host", "0.0.0.0"]\n',
            },
            False,
        ),
    ],
)
def test_an_application_that_only_a_manual_starts_without_an_address_is_marked(tmp_path: Path, files: dict[str, str], marked: bool) -> None:
    route = only(scan_of(tmp_path, {"desk/main.py": _UNSTARTED, **files}).system, "http_route")
    assert (route.attributes.get("listens_here") is True) is marked


_KESTREL = """
    using OpenAI.Chat;

    var app = WebApplication.CreateBuilder(args).Build();
    var client = new ChatClient("gpt-5-mini", Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
    app.MapPost("/ask", (string question) => client.CompleteChat(question).Value.Content[0].Text);
    app.Run();
    """
_LAUNCH = '{"profiles": {"http": {"commandName": "Project", "applicationUrl": "https://localhost:5443;http://localhost:5180"}}}'


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({}, False),
        ({"Desk/Properties/launchSettings.json": _LAUNCH}, True),
        ({"Desk/Properties/launchSettings.json": _LAUNCH.replace("http://localhost", "http://0.0.0.0")}, False),
        ({"Desk/Properties/launchSettings.json": _LAUNCH, "Desk/appsettings.json": '{"Urls": "http://*:8080"}'}, False),
        (
            {"Desk/Properties/launchSettings.json": _LAUNCH, "Desk/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n"},
            False,
        ),
    ],
)
def test_a_project_of_dotnet_that_only_its_launch_settings_put_on_loopback_is_marked(
    tmp_path: Path, files: dict[str, str], marked: bool
) -> None:
    route = only(scan_of(tmp_path, {"Desk/Program.cs": _KESTREL, **files}).system, "http_route")
    assert (route.attributes.get("listens_here") is True) is marked


def test_a_page_that_no_application_holds_is_asked_for_none(tmp_path: Path) -> None:
    page = "import gradio as gr\nfrom answers import answer\n\n\ndef chat(message, history):\n    return answer(message)\n\n\n"
    page += "with gr.Blocks() as demo:\n    gr.ChatInterface(fn=chat)\n\ndemo.launch()\n"
    answers = "from openai import OpenAI\n\n\ndef answer(text):\n    return OpenAI().responses.create(model='m', input=text).output_text\n"
    scan = scan_of(tmp_path, {"app.py": page, "answers.py": answers, "README.md": "# Start\n\n`uvicorn other:app --reload`\n"})
    assert scan.errors == ()
    assert "gradio" in str(scan.system)
