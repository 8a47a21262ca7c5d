"""A function that is told who speaks makes the messages of each call for the speaker that this call names, whoever else calls it."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_APP = """
import openai
from fastapi import FastAPI
app = FastAPI()
client = openai.OpenAI()
def turn(role, content):
    return {"role": role, "content": content}
def listed(role, content):
    return [turn(role, content)]
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
@app.post("/system")
def system(text: str):
    return ask(SYSTEM)
@app.post("/user")
def user(text: str):
    return ask(USER)
"""


@pytest.mark.parametrize(
    ("system", "user"),
    [
        ('[turn("system", f"About: {text}")]', '[turn("user", text)]'),
        ('[turn("developer", text)]', '[turn("user", text), turn("assistant", "hello")]'),
        ('listed("system", text)', 'listed("user", text)'),
        ('listed(content=text, role="system")', 'listed("user", text)'),
    ],
)
def test_each_call_says_who_speaks(system: str, user: str) -> None:
    found = system_of(_APP.replace("SYSTEM", system).replace("USER", user))
    assert [flow.source for flow in flows(found, "system_prompt", "user_input")] == ["http_route:POST /system"]
    assert [flow.source for flow in flows(found, "prompt", "user_input")] == ["http_route:POST /user"]


def test_where_no_call_names_the_speaker_nothing_is_said_of_the_system() -> None:
    found = system_of(_APP.replace("SYSTEM", '[turn("system", "Be kind.")]').replace("USER", '[turn("user", text)]'))
    assert not flows(found, "system_prompt", "user_input")
