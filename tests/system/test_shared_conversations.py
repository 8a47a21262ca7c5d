"""Conversations that live in a module: everybody's where a route serves many, nobody's business where one person types."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

HEAD = "from fastapi import FastAPI\nfrom openai import OpenAI\napp = FastAPI()\nclient = OpenAI()\n"
ASK = "    return client.chat.completions.create(model='gpt-5', messages={})\n"

SHARED = {
    "one list": "log = []\n@app.post('/x')\ndef ask(text: str):\n    log.append({'role': 'user', 'content': text})\n" + ASK.format("log"),
    "added to after the answer": "log = []\n@app.post('/x')\ndef ask(text: str):\n    reply = client.chat.completions.create(model='gpt-5', messages=log)\n"
    "    log.append({'role': 'user', 'content': text})\n    return reply\n",
    "through a function": "log = []\ndef run(text):\n    log.append({'role': 'user', 'content': text})\n" + ASK.format("log")
    + "@app.post('/x')\ndef ask(text: str):\n    return run(text)\n",
    "with instructions before it": "log = []\ndef run(text, before):\n" + ASK.format("[{'role': 'system', 'content': 'x'}] + before + [{'role': 'user', 'content': text}]")
    + "@app.post('/x')\ndef ask(text: str):\n    reply = run(text, log)\n    log.append({'role': 'user', 'content': text})\n    return reply\n",
    "unpacked": "log = []\n@app.post('/x')\ndef ask(text: str):\n    log.append({'role': 'user', 'content': text})\n" + ASK.format("[{'role': 'system', 'content': 'x'}, *log]"),
    "a websocket": "log = []\n@app.websocket('/x')\nasync def ask(socket):\n    text = await socket.receive_text()\n"
    "    log.append({'role': 'user', 'content': text})\n" + ASK.format("log"),
}  # fmt: skip
OWN = {
    "made for each request": "@app.post('/x')\ndef ask(text: str):\n    log = []\n    log.append({'role': 'user', 'content': text})\n" + ASK.format("log"),
    "kept by session": "logs = {}\n@app.post('/x')\ndef ask(text: str, session: str):\n    log = logs.setdefault(session, [])\n"
    "    log.append({'role': 'user', 'content': text})\n" + ASK.format("log"),
    "emptied": "log = []\n@app.post('/x')\ndef ask(text: str):\n    log.clear()\n    log.append({'role': 'user', 'content': text})\n" + ASK.format("log"),
    "never added to": "log = [{'role': 'system', 'content': 'be brief'}]\n@app.post('/x')\ndef ask(text: str):\n" + ASK.format("log + [{'role': 'user', 'content': text}]"),
    "examples put in by the module": "log = []\nlog.append({'role': 'system', 'content': 'x'})\n@app.post('/x')\ndef ask(text: str):\n" + ASK.format("log"),
    "a terminal": "log = []\ndef main():\n    log.append({'role': 'user', 'content': input()})\n" + ASK.format("log") + "main()\n",
}  # fmt: skip


def shared(text: str) -> bool:
    return any(model.attributes.get("shared_conversation") is True for model in elements(system_of(HEAD + text), "hosted_llm"))


@pytest.mark.parametrize("text", SHARED.values(), ids=SHARED.keys())
def test_a_list_of_the_module_that_a_route_adds_to_is_everybodys(text: str) -> None:
    assert shared(text)


@pytest.mark.parametrize("text", OWN.values(), ids=OWN.keys())
def test_a_list_that_is_somebodys_own_is_left_alone(text: str) -> None:
    assert not shared(text)
