"""A tool that asks a route of the system's own does what the route does."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_AGENT = """
import { RealtimeAgent, tool } from "@openai/agents/realtime";
export const advise = tool({
  name: "reviewCase",
  description: "Looks at a case with another model",
  execute: async ({ question }) => {
    const answer = await fetch("/api/advice", { method: "POST", body: JSON.stringify({ input: question }) });
    return await answer.json();
  },
});
export const clerk = new RealtimeAgent({ name: "clerk", instructions: "You look at cases with care.", tools: [advise] });
"""
_ASKS = 'const reply = await new OpenAI().responses.create({ model: "gpt-5", input });'
_KEEPS = "await new PrismaClient().note.create({ data: { text: input } });"
ROUTES = {"asks a model": (_ASKS, None), "keeps something too": (_ASKS + _KEEPS, True)}


@pytest.mark.parametrize(("does", "acts"), ROUTES.values(), ids=ROUTES.keys())
def test_a_route_that_only_asks_a_model_changes_nothing(does: str, acts: bool | None) -> None:
    route = f"""
    import OpenAI from "openai";
    import {{ PrismaClient }} from "@prisma/client";
    export async function POST(request) {{ const {{ input }} = await request.json(); {does} return Response.json(reply.output_text); }}
    """
    system = system_of({"src/agents/clerk.ts": _AGENT, "src/app/api/advice/route.ts": route})
    (tool,) = elements(system, "tool")
    assert tool.attributes.get("side_effect") is acts
