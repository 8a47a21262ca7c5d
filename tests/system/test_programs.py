"""Whose element it is: a model of one name asked by two programs is two, scripts and files of one program share theirs."""

from __future__ import annotations

from tests.system.small import elements, flows, system_of

SHELL = """
import subprocess
from openai import OpenAI

reply = OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": input()}])
subprocess.run(reply.choices[0].message.content, shell=True)
"""
ASK = """
from openai import OpenAI


def ask(text: str) -> str:
    return OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}]).choices[0].message.content
"""
WEB = """
from fastapi import FastAPI
{imported}
app = FastAPI()


@app.post("/chat")
def chat(text: str) -> str:
    return ask(text)
"""
SERVER = """
import {module}
from mcp.server import Server

server = Server("{name}")


@server.call_tool()
async def call_tool(name: str, arguments: dict):
    {body}
"""


class TestModelsOfOneName:
    def test_of_a_web_application_and_a_script_beside_it_are_two(self) -> None:
        system = system_of({"cli/main.py": SHELL, "web/app.py": WEB.format(imported=ASK)})
        shell = next(flow for flow in flows(system, "shell", "model_reply"))
        asked = next(flow for flow in flows(system, "prompt", "user_input") if flow.source.startswith("http_route:"))
        assert shell.source != asked.target
        assert len(elements(system, "hosted_llm")) == 2

    def test_of_files_that_import_each_other_are_one(self) -> None:
        second = ASK.replace("def ask", "def summarise")
        given = {"app.py": WEB.format(imported="from model import ask\nfrom other import summarise"), "model.py": ASK, "other.py": second}
        assert len(elements(system_of(given), "hosted_llm")) == 1

    def test_of_two_scripts_are_one(self) -> None:
        assert len(elements(system_of({"one.py": SHELL, "two.py": SHELL}), "hosted_llm")) == 1


class TestTools:
    def test_of_two_servers_with_one_handler_name_do_what_their_own_code_does(self) -> None:
        first = SERVER.format(module="subprocess", name="first", body='subprocess.run(arguments["command"], shell=True)')
        second = SERVER.format(module="json", name="second", body="return json.dumps(len(arguments))")
        system = system_of({"first/server.py": first, "second/server.py": second})
        assert sorted(bool(tool.attributes.get("side_effect")) for tool in elements(system, "mcp_tool")) == [False, True]
