"""A list of messages from which some speakers are taken out is no longer one in which the caller speaks as anybody."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

SCRIPT = """
    import express from "express";
    import OpenAI from "openai";

    const app = express();
    const client = new OpenAI();

    app.post("/x", async (req, res) => {
      let messages = req.body.messages;
      %s
      const reply = await client.chat.completions.create({ model: "gpt-5-mini", messages });
      res.json(reply);
    });
"""
PYTHON = """
    from flask import Flask, request
    import openai

    app = Flask(__name__)
    client = openai.OpenAI()

    @app.post("/x")
    def x():
        messages = request.get_json()["messages"]
        %s
        return client.chat.completions.create(model="gpt-5-mini", messages=messages).choices[0].message.content
"""

KEPT_OUT = {
    "a filter": (SCRIPT, "messages = messages.filter(m => m.role !== 'system');"),
    "a filter, asked for first": (SCRIPT, "messages = messages?.filter((m) => 'system' != m.role);"),
    "a filter with a body": (SCRIPT, "messages = messages.filter((m) => { return m.role !== 'system'; });"),
    "a filter of destructured messages": (SCRIPT, "messages = messages.filter(({ role }) => role !== 'system');"),
    "only users": (SCRIPT, "messages = messages.filter(m => m.role === 'user');"),
    "a filter, negated": (SCRIPT, "messages = messages.filter(m => !(m.role === 'system'));"),
    "a comprehension": (PYTHON, "messages = [m for m in messages if m['role'] != 'system']"),
    "a comprehension by get": (PYTHON, "messages = [m for m in messages if m.get('role') != 'system']"),
    "a filter with a name": (SCRIPT, "const spoken = (m) => m.role !== 'system'; messages = messages.filter(spoken);"),
    "a filter of a filter": (SCRIPT, "const own = (m) => m.role === 'user'; const said = (m) => own(m); messages = messages.filter(said);"),
    "a filter of Python": (PYTHON, "messages = list(filter(lambda m: m['role'] != 'system', messages))"),
    "only users of Python": (PYTHON, "messages = [m for m in messages if m['role'] == 'user']"),
}
NOT_KEPT_OUT = {
    "nothing": (SCRIPT, ""),
    "a filter of something else": (SCRIPT, "messages = messages.filter(m => m.content !== '');"),
    "users kept out": (SCRIPT, "messages = messages.filter(m => m.role !== 'user');"),
    "only what the system says": (SCRIPT, "messages = messages.filter(m => m.role === 'system');"),
    "a named filter of something else": (SCRIPT, "const said = (m) => m.content !== ''; messages = messages.filter(said);"),
    "a named filter that only sees the system": (SCRIPT, "const own = (m) => m.role === 'system'; messages = messages.filter(own);"),
    "whatever is there": (SCRIPT, "messages = messages.filter(Boolean);"),
    "a filter of another list": (SCRIPT, "const shown = messages.filter(m => m.role !== 'system'); log(shown.length);"),
    "either of two": (SCRIPT, "messages = messages.filter(m => m.role !== 'system' || m.trusted);"),
    "a comprehension of something else": (PYTHON, "messages = [m for m in messages if m['content'] != '']"),
    "only what the system says in Python": (PYTHON, "messages = [m for m in messages if m['role'] == 'system']"),
}


@pytest.mark.parametrize(("text", "body"), KEPT_OUT.values(), ids=KEPT_OUT.keys())
def test_callers_do_not_speak_as_the_system_where_its_turns_are_taken_out(text: str, body: str) -> None:
    system = system_of({"a.ts" if text is SCRIPT else "app.py": text % body})
    assert not flows(system, "conversation", "user_input")
    assert flows(system, "prompt", "user_input")


@pytest.mark.parametrize(("text", "body"), NOT_KEPT_OUT.values(), ids=NOT_KEPT_OUT.keys())
def test_any_other_list_of_a_caller_is_the_whole_conversation(text: str, body: str) -> None:
    assert flows(system_of({"a.ts" if text is SCRIPT else "app.py": text % body}), "conversation", "user_input")
