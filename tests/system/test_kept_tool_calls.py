"""What a framework keeps of a conversation by itself: checkpoints, sessions and memories that outlive the process hold the calls of tools."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, system_of

_GRAPH = """
    import httpx
    from langgraph.prebuilt import create_react_agent
    from langchain_core.tools import tool
    IMPORT

    @tool
    def refund(order: str) -> str:
        "Refund an order."
        return httpx.post("https://payments.example/refunds", json={"order": order}).text

    agent = create_react_agent("openai:gpt-4o", tools=[refund], checkpointer=SAVER, name="desk")
    """
_MASTRA = """
    import { Agent } from "@mastra/core/agent";
    import { LibSQLStore } from "@mastra/libsql";
    import { Memory } from "@mastra/memory";
    export const desk = new Agent({ name: "desk", instructions: "You help.", model: "openai/gpt-4o", memory: new Memory(GIVEN) });
    """


@pytest.mark.parametrize(
    ("imported", "saver", "kept"),
    [
        ("from langgraph.checkpoint.sqlite import SqliteSaver", 'SqliteSaver.from_conn_string("desk.db")', True),
        ("from langgraph.checkpoint.memory import InMemorySaver", "InMemorySaver()", False),
    ],
)
def test_checkpoints_that_outlive_the_process_keep_the_calls_of_tools(imported: str, saver: str, kept: bool) -> None:
    system = system_of({"app.py": _GRAPH.replace("IMPORT", imported).replace("SAVER", saver)})
    assert ("prompt_log" in controls_on(system, "agent:desk")) is kept


@pytest.mark.parametrize(
    ("given", "kept"), [('{ storage: new LibSQLStore({ url: "file:desk.db" }) }', True), ("{ options: { lastMessages: 5 } }", False)]
)
def test_a_memory_with_a_store_keeps_messages_with_their_parts(given: str, kept: bool) -> None:
    system = system_of({"app.ts": _MASTRA.replace("GIVEN", given)})
    assert ("prompt_log" in controls_on(system, "agent:desk")) is kept
