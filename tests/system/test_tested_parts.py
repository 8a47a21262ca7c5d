"""A control of data is a test of that data which refuses: another field, a preview, a button of one's own or a bare tag is none."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from pipeline.system.model import ControlKind, SinkRole
from tests.system.small import controls_on, flows, system_of

PAGE = """
import html, logging, os, re
import openai
from fastapi import FastAPI
app = FastAPI()
client = openai.OpenAI()

def ask(text):
    return client.chat.completions.create(model="gpt-4o", max_tokens=5, messages=[{"role": "user", "content": text}])

@app.post("/x")
def answer(body: dict):
"""


def on_the_way(code: str, role: SinkRole = "prompt") -> set[ControlKind]:
    system = system_of(PAGE + indent(dedent(code).strip(), "    "))
    found = flows(system, role)
    assert found, "the way itself is seen"
    return {kind for flow in found for kind in controls_on(system, flow.id)}


@pytest.mark.parametrize(
    "code",
    [
        'kept = [m for m in body["messages"] if m["role"] == "assistant" and "text" in m]\nfor m in kept:\n    ask(m["text"])',
        'for part in body["parts"]:\n    if part["type"] == "text" and part["text"] is not None:\n        ask(part["text"])',
        'for key, text in body.items():\n    if key == "files" and isinstance(text, str):\n        ask(text)',
        'for part in body["parts"]:\n    if part["call"]["name"] != "summary":\n        continue\n    ask(part["call"]["text"])',
    ],
)
def test_a_test_of_another_field_is_no_list_of_what_the_text_may_be(code: str) -> None:
    assert "allow_list" not in on_the_way(code)


@pytest.mark.parametrize(
    "code",
    [
        'text = body["text"]\nif text == "hello":\n    ask(text)',
        'if body["text"] in ("a", "b"):\n    ask(body["text"])',
        'if body["kind"] == "short" and body["text"] in ("a", "b"):\n    ask(body["text"])',
        'text = body["text"]\nif text not in ("a", "b"):\n    raise ValueError\nask(text)',
    ],
)
def test_a_test_of_the_text_itself_is_one(code: str) -> None:
    assert "allow_list" in on_the_way(code)


@pytest.mark.parametrize("test", ["os.path.exists(text)", "text.strip()", "is_blank(text)", "strings.isEmpty(text)"])
def test_to_ask_whether_something_is_there_is_no_check_of_it(test: str) -> None:
    assert "input_validation" not in on_the_way(f'text = body["text"]\nif not {test}:\n    raise ValueError\nask(text)')


@pytest.mark.parametrize("test", ["text.isalnum()", "text.startswith('sum ')", "re.match('[a-z]', text)"])
def test_to_ask_what_a_text_is_like_checks_it(test: str) -> None:
    assert "input_validation" in on_the_way(f'text = str(body["text"])\nif not {test}:\n    raise ValueError\nask(text)')


@pytest.mark.parametrize(
    ("then", "counts"), [("raise ValueError", True), ("return None", True), ('print("odd")', False), ("odd = True", False)]
)
def test_a_check_counts_where_its_failing_side_refuses(then: str, counts: bool) -> None:
    found = on_the_way(f'text = body["text"]\nif not re.match("[a-z]+", text):\n    {then}\nask(text)')
    assert ("input_validation" in found) is counts


@pytest.mark.parametrize(
    ("code", "role", "counts"),
    [
        ('text = body["text"]\nif len(text) > 500:\n    raise ValueError\nask(text)', "prompt", True),
        ('text = body["text"]\nprint(text[:200] if len(text) > 200 else text)\nask(text)', "prompt", False),
        ('text = body["text"]\nlogging.info(text[:200] if len(text) > 200 else text)', "log", False),
        ('text = body["text"]\nif len(text) > 500:\n    raise ValueError\nlogging.info(text)', "log", True),
        ('text = body["text"]\nif len(text) < 1:\n    raise ValueError\nask(text)', "prompt", False),
    ],
)
def test_how_much_is_shown_limits_nothing_that_comes_in(code: str, role: SinkRole, counts: bool) -> None:
    assert ("input_length_limit" in on_the_way(code, role)) is counts


@pytest.mark.parametrize(
    ("text", "counts"),
    [("text", False), ("html.escape(text)", True), ('text.replace("<", "")', True), ('text.replace("a", "b")', False)],
)
def test_a_fence_holds_only_text_that_cannot_close_it(text: str, counts: bool) -> None:
    found = on_the_way(f'text = body["text"]\nmarked = {text}\nask(f"Answer. <doc>{{marked}}</doc>")')
    assert ("content_separation" in found) is counts


CONSOLE = """
import openai, subprocess
import streamlit as st
client = openai.OpenAI()

def propose():
    reply = client.chat.completions.create(model="gpt-4o", max_tokens=5, messages=[{"role": "user", "content": "hi"}])
    return reply.choices[0].message.content

"""


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ('command = st.text_area("command")\nif input(f"run {command}? ") == "y":\n    subprocess.run(command, shell=True)', True),
        ('command = propose()\nprint(command)\nif input("run it? ") == "y":\n    subprocess.run(command, shell=True)', True),
        ('command = propose()\nst.write(command)\nif st.button("Run it"):\n    subprocess.run(command, shell=True)', True),
        ('if st.button("Go"):\n    command = propose()\n    subprocess.run(command, shell=True)', False),
        ('if input("go on? ") == "y":\n    subprocess.run(propose(), shell=True)', False),
        ('command = st.text_area("command")\nif st.button("Run"):\n    subprocess.run(command, shell=True)', False),
    ],
)
def test_a_person_approves_only_what_was_there_to_be_seen(code: str, counts: bool) -> None:
    system = system_of(CONSOLE + code)
    found = {kind for flow in flows(system, "shell") for kind in controls_on(system, flow.id)}
    assert flows(system, "shell") and ("human_approval" in found) is counts
