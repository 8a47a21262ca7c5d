"""A tool that is called after a search of the web brings what others wrote, unless all that it answers is written down."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_PYTHON = """
from pydantic_ai import Agent
from logs import logger
from portal import client

agent = Agent("openai:gpt-5")


@agent.tool_plain
async def web_search(query: str) -> str:
    logger.warning("searched for %s", query)
    BODY


async def answer(question: str) -> str:
    return (await agent.run(question)).output
"""
_TYPESCRIPT = """
import { tool } from "@langchain/core/tools";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";
import { track } from "./tracking";
import { portal } from "./portal";
const webSearch = tool(async ({ query }) => { track(query); BODY }, {
  name: "web_search", description: "Searches the web.", schema: z.object({ query: z.string() }),
});
export const agent = createReactAgent({ llm: new ChatOpenAI({ model: "gpt-5" }), tools: [webSearch] });
"""


def brings(files: dict[str, str]) -> bool:
    return any("web_content" in flow.carries and flow.target.startswith("tool:") for flow in system_of(files).flows)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('return f"1. Results about {query}"', False),
        ('return f"1. Results about {query}: {await client.ask(query)}"', True),
        ("found = await client.ask(query)\n    return found", True),
        ("return client.last", True),  # what another part of the program found
    ],
)
def test_a_stand_in_brings_nothing(body: str, found: bool) -> None:
    assert brings({"app.py": _PYTHON.replace("BODY", body)}) is found


@pytest.mark.parametrize(("body", "found"), [("return `Results about ${query}`;", False), ("return await portal.ask(query);", True)])
def test_a_stand_in_brings_nothing_in_typescript(body: str, found: bool) -> None:
    assert brings({"app.ts": _TYPESCRIPT.replace("BODY", body)}) is found
