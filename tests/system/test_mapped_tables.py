"""Tables of object mappers: what is written into one table does not come back from another."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

HEAD = """
import OpenAI from "openai";
import express from "express";
import { PrismaClient } from "@prisma/client";
import { drizzle } from "drizzle-orm/node-postgres";
import { createClient } from "@supabase/supabase-js";
import { notes, users } from "./schema";

const client = new OpenAI();
const prisma = new PrismaClient();
const db = drizzle(process.env.DATABASE_URL);
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY);
const app = express();
"""
ROUTES = """
app.post("/keep", async (req, res) => {{
  {write}
  res.json({{ kept: true }});
}});

app.post("/sum-up", async (req, res) => {{
  const found = {read};
  const answer = await client.chat.completions.create({{
    model: "gpt-5",
    messages: [{{ role: "user", content: `Sum up: ${{found.text}}` }}],
  }});
  res.json(answer.choices[0].message);
}});
"""


@pytest.mark.parametrize(
    ("write", "same", "other"),
    [
        (
            "await prisma.note.create({ data: { text: req.body.text } });",
            "await prisma.note.findFirst({ where: { id: 1 } })",
            "await prisma.account.findFirst({ where: { id: 1 } })",
        ),
        (
            "await db.insert(notes).values({ text: req.body.text });",
            "(await db.select().from(notes))[0]",
            "(await db.select().from(users))[0]",
        ),
        (
            "await db.insert(notes).values({ text: req.body.text });",
            "await db.query.notes.findFirst()",
            "await db.query.users.findFirst()",
        ),
        (
            'await supabase.from("notes").insert({ text: req.body.text });',
            'await supabase.from("notes").select()',
            'await supabase.from("users").select()',
        ),
    ],
)
def test_what_is_written_into_a_table_comes_back_from_that_table_alone(write: str, same: str, other: str) -> None:
    for read, expected in ((same, True), (other, False)):
        system = system_of({"app.ts": HEAD + ROUTES.format(write=write, read=read)})
        (written,) = flows(system, "store_write", "user_input")
        (asked,) = {flow.source for flow in flows(system, "prompt", "stored_data")}
        assert (written.target == asked) is expected, (written.target, asked)


@pytest.mark.parametrize(("taken", "brings_notes"), [("found.notes[0].text", True), ("found.name", False)])
def test_a_table_that_a_read_brings_along_is_read_below_its_name(taken: str, brings_notes: bool) -> None:
    write = "await prisma.note.create({ data: { text: req.body.text } });"
    read = "await prisma.account.findFirst({ where: { id: 1 }, include: { notes: true } })"
    system = system_of({"app.ts": HEAD + ROUTES.format(write=write, read=read).replace("found.text", taken)})
    asked = {flow.source for flow in flows(system, "prompt", "stored_data")}
    assert ("data_store:note (Prisma)" in asked) is brings_notes
    assert "data_store:account (Prisma)" in asked


def test_a_client_without_a_table_names_none() -> None:
    write = "await prisma.$queryRawUnsafe(req.body.text);"
    system = system_of({"app.ts": HEAD + ROUTES.format(write=write, read='"nothing"')})
    assert [element.name for element in elements(system, "data_store")] == ["Prisma"]
