"""A model of an endpoint asked once, as the analyst asks it: for prose, and through an agent for an answer of a given form."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from pydantic import BaseModel

from pipeline.agent.providers import Endpoint, apart, connect
from pipeline.agent.providers.connecting import plain_client


class Verdict(BaseModel):
    """What is thought of it."""

    word: str


@tool
def list_elements(kind: str) -> str:
    """Elements of a kind."""
    return f"one {kind}"


def prose(endpoint: Endpoint, max_output_tokens: int = 321) -> AIMessage:
    async def ask() -> AIMessage:
        async with plain_client(endpoint, 10) as client:
            model = connect(endpoint, http_client=client, seconds=10, max_output_tokens=max_output_tokens)
            message = await model.ainvoke([("system", "You review."), ("user", "Say something.")])
        assert isinstance(message, AIMessage)
        return message

    with apart():
        return asyncio.run(ask())


def verdict(endpoint: Endpoint, with_tools: bool = False) -> tuple[Verdict, list[Any]]:
    """The answer in its form, and all messages; the means is the endpoint's own."""
    means = endpoint.with_tools if with_tools else endpoint.structured
    strategy = ProviderStrategy(Verdict, strict=True) if means == "schema" else ToolStrategy(Verdict, handle_errors=False)

    async def ask() -> dict[str, Any]:
        async with plain_client(endpoint, 10) as client:
            model = connect(endpoint, http_client=client, seconds=10, max_output_tokens=321)
            tools = [list_elements] if with_tools else []
            agent: Any = create_agent(model, tools=tools, system_prompt="You review.", response_format=strategy)
            state: dict[str, Any] = await agent.ainvoke({"messages": [("user", "Give a verdict.")]})
        return state

    with apart():
        state = asyncio.run(ask())
    found = state["structured_response"]
    assert isinstance(found, Verdict)
    return found, state["messages"]
