"""A copy of a table without some of its entries holds each entry under the key it had."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_PYTHON = """
    from openai import OpenAI
    from fastapi import FastAPI
    app = FastAPI()
    TEMPLATE = "You are helpful."
    def options(overrides):
        params = dict(temperature=0.1)
        params.update(COPY)
        return params
    def answer(params):
        messages = []
        messages.append({"role": "system", "content": params.get("system_message")})
        messages.append({"role": "user", "content": params.get("user_message")})
        return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
    @app.post("/ask")
    def ask(question: str):
        overrides = {}
        overrides["system_message"] = TEMPLATE
        overrides["user_message"] = f"QUESTION: {question}"
        return answer(options(overrides))
    """
_TYPESCRIPT = """
    import express from "express";
    import OpenAI from "openai";
    const app = express();
    const openai = new OpenAI();
    const TEMPLATE = "You are helpful.";
    function options(overrides: any) {
      return { temperature: 0.1, ...COPY };
    }
    app.post("/ask", async (req, res) => {
      const params = options({ system: TEMPLATE, user: req.body.question });
      const reply = await openai.chat.completions.create({ model: "gpt-4o", messages: [
        { role: "system", content: params.system }, { role: "user", content: params.user } ] });
      res.json(reply.choices[0].message.content);
    });
    """
_COPIES = {
    "python, what is there": ("app.py", _PYTHON, "{k: v for k, v in overrides.items() if v is not None}", False),
    "python, what is true": ("app.py", _PYTHON, "{k: v for k, v in overrides.items() if v}", False),
    "python, by its key": ("app.py", _PYTHON, "{k: v for k, v in overrides.items() if k not in ('model', 'n')}", False),
    "python, all of it": ("app.py", _PYTHON, "{k: v for k, v in overrides.items()}", False),
    "python, other keys": ("app.py", _PYTHON, "{names(k): v for k, v in overrides.items()}", True),
    "typescript, what is there": (
        "app.ts", _TYPESCRIPT, "Object.fromEntries(Object.entries(overrides).filter(([k, v]) => v != null))", False
    ),
    "typescript, all of it": ("app.ts", _TYPESCRIPT, "Object.fromEntries(Object.entries(overrides))", False),
    "typescript, other keys": (
        "app.ts", _TYPESCRIPT, "Object.fromEntries(Object.entries(overrides).map(([k, v]) => [names(k), v]))", True
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "program", "copy", "anywhere"), _COPIES.values(), ids=_COPIES.keys())
def test_an_entry_keeps_its_key(path: str, program: str, copy: str, anywhere: bool) -> None:
    system = system_of({path: program.replace("COPY", copy)})
    assert bool(flows(system, "system_prompt", "user_input")) is anywhere
    assert flows(system, "prompt", "user_input") or flows(system, "conversation", "user_input")
