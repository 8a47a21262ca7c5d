"""A caller who sends all that a model is asked with chooses the conversation; a prompt of the program that they can replace is another matter."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_PROXY = """
import OpenAI from "openai";
const client = new OpenAI();
export async function POST(request) {
  const body = await request.json();
  return Response.json(await client.responses.create(ASKED));
}
"""
ASKED = {
    "all of it": ("{ ...body, stream: false }", ["conversation"]),
    "beside a prompt of the program": ('{ instructions: "Be kind.", ...body }', ["conversation", "system_prompt"]),
    "beside an input of the program": ('{ ...body, input: "hello" }', ["system_prompt"]),
    "one value": ('{ instructions: body.tone, input: "hello" }', ["system_prompt"]),
}


@pytest.mark.parametrize(("asked", "expected"), ASKED.values(), ids=ASKED.keys())
def test_what_a_caller_chooses_of_a_request(asked: str, expected: list[str]) -> None:
    system = system_of({"app/api/chat/route.ts": _PROXY.replace("ASKED", asked)})
    found = {str(flow.role) for role in ("conversation", "system_prompt") for flow in flows(system, role, "user_input")}
    assert sorted(found) == expected
