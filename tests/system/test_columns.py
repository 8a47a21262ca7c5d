"""What is written to one column of a table is not what is read of another."""

from __future__ import annotations

import pytest

from pipeline.threats.view import View
from tests.system.small import flows, system_of

_APP = """
import { PrismaClient } from "@prisma/client";
import OpenAI from "openai";
const prisma = new PrismaClient();
export async function POST(request) {
  const { about, mode, ...others } = await request.json();
  await prisma.account.update({ where: { id: 1 }, data: WRITTEN });
  return Response.json({});
}
const told = (account) => `${account.email} ${account.about}`;
export async function GET(request) {
  const account = await prisma.account.findUnique({ where: { id: 1 } });
  return Response.json(await new OpenAI().responses.create({ model: "gpt-5", instructions: READ, input: "hello" }));
}
"""
WAYS = {
    "another column": ("{ displayMode: mode }", "told(account)", False),
    "the column": ("{ about }", "told(account)", True),
    "one of several that are written": ("{ displayMode: mode, about }", "told(account)", True),
    "one of several that are read": ("{ email: mode }", "told(account)", True),
    "a column of a record beside it": ("{ settings: { create: { about } } }", "told(account)", True),
    "a record as a whole": ("{ displayMode: mode }", "JSON.stringify(account)", True),
    "whatever is sent": ("{ displayMode: mode, ...others }", "told(account)", True),
}


@pytest.mark.parametrize(("put", "read", "comes_out"), WAYS.values(), ids=WAYS.keys())
def test_a_column_comes_out_where_it_is_read(put: str, read: str, comes_out: bool) -> None:
    system = system_of({"app/api/chat/route.ts": _APP.replace("WRITTEN", put).replace("READ", read)})
    (kept,), (after,) = flows(system, "store_write", "user_input"), flows(system, "system_prompt", "stored_data")
    assert View(system).comes_out(kept, after) is comes_out


_QUERIES = {
    "what tables there are": (
        "SELECT table_name, column_default FROM information_schema.columns c JOIN pg_catalog.pg_class p ON true",
        False,
    ),
    "what is in one": ("SELECT note FROM orders JOIN information_schema.tables t ON true", True),
}


@pytest.mark.parametrize(("query", "comes_out"), _QUERIES.values(), ids=_QUERIES.keys())
def test_what_a_database_tells_of_itself_is_nobodys_record(query: str, comes_out: bool) -> None:
    text = """
    import pg from "pg";
    import OpenAI from "openai";
    const pool = new pg.Pool();
    export async function POST(request) { const { sql } = await request.json(); return Response.json(await pool.query(sql)); }
    export async function GET(request) {
      const found = await pool.query("QUERY");
      const told = found.rows.map((row) => row.note ?? row.column_default).join(",");
      return Response.json(await new OpenAI().responses.create({ model: "gpt-5", instructions: told, input: "hello" }));
    }
    """
    system = system_of({"app/api/chat/route.ts": text.replace("QUERY", query)})
    (asked,), (after,) = flows(system, "query", "user_input"), flows(system, "system_prompt", "stored_data")
    assert View(system).comes_out(asked, after.model_copy(update={"source": asked.target})) is comes_out
