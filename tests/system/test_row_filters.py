"""What only says which rows are meant does not come back as what the rows hold."""

from __future__ import annotations

import pytest

from pipeline.threats.view import View
from tests.system.small import flows, system_of

_SCRIPT = """
import sql from "mssql";
import OpenAI from "openai";
export async function POST(request) {
  const { sent } = await request.json();
  const pool = await sql.connect("x");
  await pool.request()ASKED;
  return Response.json({});
}
export async function GET(request) {
  const pool = await sql.connect("x");
  const found = await pool.request().query("SELECT note, id FROM notes");
  const told = found.recordset[0].note;
  return Response.json(await new OpenAI().responses.create({ model: "gpt-5", instructions: told, input: "hello" }));
}
"""
_SCRIPTS = {
    "a filter in the text": (".query(`SELECT * FROM notes WHERE id = ${sent}`)", False),
    "a filter behind others": ('.query("SELECT * FROM notes WHERE " + "kept = 1 AND owner = \'" + sent + "\'")', False),
    "which rows are deleted": (".query(`DELETE FROM notes WHERE id = ${sent}`)", False),
    "which rows are changed": (".query(`UPDATE notes SET seen = 1 WHERE id = ${sent}`)", False),
    "what is written": (".query(`INSERT INTO notes (note) VALUES ('${sent}')`)", True),
    "what is changed": (".query(`UPDATE notes SET note = '${sent}' WHERE id = 1`)", True),
    "a statement that changes more": (".query(`SELECT 1 FROM notes WHERE id = 1; INSERT INTO notes (note) VALUES ('${sent}')`)", True),
    "the statement itself": (".query(sent)", True),
    "a filter that is bound by name": ('.input("who", sent).query("SELECT note FROM notes WHERE owner = @who")', False),
    "a value that is bound by name": ('.input("note", sent).query("INSERT INTO notes (note) VALUES (@note)")', True),
}


@pytest.mark.parametrize(("asked", "comes_out"), _SCRIPTS.values(), ids=_SCRIPTS.keys())
def test_in_a_script(asked: str, comes_out: bool) -> None:
    system = system_of({"app/api/chat/route.ts": _SCRIPT.replace("ASKED", asked)})
    kept = [*flows(system, "query", "user_input"), *flows(system, "query_parameters", "user_input")]
    (after,) = flows(system, "system_prompt", "stored_data")
    assert any(View(system).comes_out(one, after) for one in kept) is comes_out


_PYTHON = """
import sqlite3
from fastapi import FastAPI
from openai import OpenAI

app, db = FastAPI(), sqlite3.connect("notes.db")

@app.post("/note")
def note(sent: str, limit: int = 5):
    ASKED
    return {}

@app.get("/ask")
def ask():
    told = db.execute("SELECT note FROM notes").fetchone()[0]
    return OpenAI().responses.create(model="gpt-5", instructions=told, input="hello").output_text
"""
_PYTHONS = {
    "a filter in the text": ("db.execute(f\"SELECT * FROM notes WHERE id = '{sent}' LIMIT {limit}\")", False),
    "a filter that is bound": ('db.execute("SELECT * FROM notes WHERE id = ?", (sent,))', False),
    "a filter of a statement under a name": ('query = "SELECT * FROM notes WHERE id = ?"\n    db.execute(query, (sent,))', False),
    "what is written": ("db.execute(f\"INSERT INTO notes (note) VALUES ('{sent}')\")", True),
    "what is bound to a column": ('db.execute("INSERT INTO notes (note) VALUES (?)", (sent,))', True),
}


@pytest.mark.parametrize(("asked", "comes_out"), _PYTHONS.values(), ids=_PYTHONS.keys())
def test_in_python(asked: str, comes_out: bool) -> None:
    system = system_of(_PYTHON.replace("ASKED", asked))
    kept = [*flows(system, "query", "user_input"), *flows(system, "query_parameters", "user_input")]
    (after,) = flows(system, "system_prompt", "stored_data")
    assert any(View(system).comes_out(one, after) for one in kept) is comes_out


_BACK = {
    "the number of what was written": ("INSERT INTO notes (note) OUTPUT INSERTED.id VALUES (@note)", False),
    "another column of it": ("INSERT INTO notes (note) VALUES (@note) RETURNING id, made", False),
    "nothing": ("UPDATE notes SET seen = 1", False),
    "what was written": ("INSERT INTO notes (note) VALUES (@note) RETURNING note", True),
    "all of it": ("INSERT INTO notes (note) VALUES (@note) RETURNING *", True),
}


@pytest.mark.parametrize(("asked", "comes_out"), _BACK.values(), ids=_BACK.keys())
def test_what_a_statement_gives_back_that_writes(asked: str, comes_out: bool) -> None:
    text = """
    import pg from "pg";
    import OpenAI from "openai";
    const pool = new pg.Pool();
    export async function POST(request) {
      const { sent } = await request.json();
      await pool.query("INSERT INTO notes (note) VALUES ($1)", [sent]);
      return Response.json({});
    }
    export async function GET(request) {
      const found = await pool.query("ASKED");
      const told = JSON.stringify(found.rows[0]);
      return Response.json(await new OpenAI().responses.create({ model: "gpt-5", instructions: told, input: "hello" }));
    }
    """
    system = system_of({"app/api/chat/route.ts": text.replace("ASKED", asked)})
    (kept,), (after,) = flows(system, "query_parameters", "user_input"), flows(system, "system_prompt", "stored_data")
    assert View(system).comes_out(kept, after) is comes_out
