"""Tools that change records by a statement of their own: in Python and TypeScript, directly and through a function that asks the database."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_PYTHON = """
    import psycopg
    from langchain.agents import create_agent
    from langchain.tools import tool

    def rows(statement, values):
        with psycopg.connect("") as connection:
            return connection.execute(statement, values).fetchall()

    @tool
    def NAME(member: str, address: str) -> str:
        \"\"\"What a member wants.\"\"\"
        rows(STATEMENT, (address, member))
        return "done"

    agent = create_agent(model="openai:gpt-5", tools=[NAME])
"""
_SCRIPT = """
    import { openai } from "@ai-sdk/openai";
    import { generateText, tool } from "ai";
    import pg from "pg";
    import { z } from "zod";
    const pool = new pg.Pool();
    async function rows(statement: string, values: unknown[] = []) {
      return (await pool.query(statement, values)).rows;
    }
    const tools = {
      NAME: tool({
        description: "What a member wants.",
        inputSchema: z.object({ member: z.string(), address: z.string() }),
        execute: async ({ member, address }) => rows(STATEMENT, [address, member]),
      }),
    };
    export async function ask(prompt: string) {
      return (await generateText({ model: openai("gpt-5"), prompt, tools })).text;
    }
"""
_CASES = {
    ("moveMember", "update members set address = $1 where name = $2"): ("write", True),
    ("moveMember", "UPDATE only club.members SET address = $1 WHERE name = $2"): ("write", True),
    ("dropMember", "delete from members where address = $1 and name = $2"): ("deletion", True),
    ("moveMember", "insert into wishes (address, member) values ($1, $2)"): (None, None),  # noted down, for a person to look at
    ("addressOf", "select address from members where address <> $1 and name = $2 -- update"): (None, None),
    ("getMember", "update members set asked = $1 where name = $2"): (None, None),  # notes that it was read
}


@pytest.mark.parametrize("language", ["python", "typescript"])
@pytest.mark.parametrize(("name", "statement"), list(_CASES))
def test_a_statement_that_changes_records_is_an_effect(language: str, name: str, statement: str) -> None:
    file, text = ("app.py", _PYTHON) if language == "python" else ("src/ask.ts", _SCRIPT)
    (tool,) = elements(system_of({file: text.replace("NAME", name).replace("STATEMENT", f'"{statement}"')}), "tool")
    effect, acts = _CASES[name, statement]
    effects = tool.attributes.get("effects", ())
    assert isinstance(effects, tuple)
    assert ("write" in effects or "deletion" in effects) is (effect is not None)
    assert effect is None or effect in effects
    assert tool.attributes.get("side_effect") is acts
