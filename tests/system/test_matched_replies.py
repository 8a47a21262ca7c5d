"""What a shared client of a model gives back is the reply to the call that asked, and to no other."""

from __future__ import annotations

import pytest

from pipeline.threats.view import View
from tests.system.small import flows, system_of

_PYTHON = {
    "client.py": """
        from openai import OpenAI
        class Client:
            def __init__(self):
                self.client = OpenAI()
            def chat(self, messages, provider="a"):
                if provider == "a":
                    return self._try(messages)
                return self._try(messages)
            def _try(self, messages):
                kwargs = {"model": "gpt-4o", "messages": messages}
                response = self.client.chat.completions.create(**kwargs)
                return response.choices[0].message.content
        """,
    "app.py": """
        import os
        import subprocess
        import requests
        from fastapi import FastAPI
        from client import Client
        app = FastAPI()
        client = Client()
        def summary(url):
            page = requests.get(url).text
            return client.chat([{"role": "user", "content": page}])
        def command(task):
            said = client.chat([{"role": "user", "content": task}])
            subprocess.run(said, shell=True)
        @app.post("/read")
        def read(url: str):
            return READ
        @app.post("/run")
        def run(task: str):
            command(task)
        """,
}
_TYPESCRIPT = {
    "client.ts": """
        import OpenAI from "openai";
        const openai = new OpenAI();
        async function ask(messages: any[]) {
          const reply = await openai.chat.completions.create({ model: "gpt-4o", messages });
          return reply.choices[0].message.content;
        }
        export async function chat(messages: any[]) { return await ask(messages); }
        """,
    "app.ts": """
        import express from "express";
        import { execSync } from "child_process";
        import { chat } from "./client";
        const app = express();
        async function summary(url: string) {
          const page = await (await fetch(url)).text();
          return await chat([{ role: "user", content: page }]);
        }
        async function command(task: string) {
          const said = await chat([{ role: "user", content: task }]);
          execSync(said);
        }
        app.post("/read", async (req, res) => { res.json(READ); });
        app.post("/run", async (req, res) => { await command(req.body.task); res.json({}); });
        """,
}
_WAYS = {
    "python, apart": (_PYTHON, "summary(url)", False),
    "python, the page goes on to the other question": (_PYTHON, "command(requests.get(url).text)", True),
    "python, the answer is a task": (_PYTHON, "command(summary(url))", True),
    "python, the answer is run": (_PYTHON, "subprocess.run(summary(url), shell=True)", True),
    "typescript, apart": (_TYPESCRIPT, "await summary(req.body.url)", False),
    "typescript, the answer is a task": (_TYPESCRIPT, "await command(await summary(req.body.url))", True),
    "typescript, the answer is run": (_TYPESCRIPT, "execSync(await summary(req.body.url))", True),
}


@pytest.mark.parametrize(("program", "read", "answers"), _WAYS.values(), ids=_WAYS.keys())
def test_a_reply_goes_back_to_the_call_that_asked(program: dict[str, str], read: str, answers: bool) -> None:
    system = system_of({path: text.replace("READ", read) for path, text in program.items()})
    view = View(system)
    asked = flows(system, "prompt", "web_content")
    ran = flows(system, "shell", "model_reply")
    assert asked and ran
    assert any(view.comes_out(question, reply) for question in asked for reply in ran) is answers
    told = [question for question in flows(system, "prompt", "user_input") if any(view.comes_out(question, reply) for reply in ran)]
    assert told
