"""Tables that a tagged template searches by distance: what is filled in is bound, and what the statement says makes the table an index."""

from __future__ import annotations

import pytest

from tests.system.small import elements, only, system_of

_SYSTEM = """
    SETUP
    import express from "express";
    import OpenAI from "openai";

    const app = express();
    const client = new OpenAI();
    async function vectorOf(text: string) {
      return JSON.stringify((await client.embeddings.create({ model: "text-embedding-3-small", input: text })).data[0].embedding);
    }
    app.post("/chunks", async (req, res) => {
      const vector = await vectorOf(req.body.text);
      await WRITES`INSERT INTO chunks (body, embedding) VALUES (${req.body.text}, ${vector}::vector)`;
      res.json({ ok: true });
    });
    app.post("/ask", async (req, res) => {
      const vector = await vectorOf(req.body.question);
      const rows = await READS`SELECT body FROM chunks ORDER BY ORDER ${vector}::vector LIMIT 5`;
      const told = rows.map((row) => row.body).join("\\n");
      const reply = await client.responses.create({ model: "gpt-5", instructions: "Answer from: " + told, input: req.body.question });
      res.json({ answer: reply.output_text });
    });
"""
_PRISMA = (
    'import { PrismaClient } from "@prisma/client";\n    const prisma = new PrismaClient();',
    "prisma.$executeRaw",
    "prisma.$queryRaw",
)
_POSTGRES = ('import postgres from "postgres";\n    const sql = postgres(process.env.DATABASE_URL);', "sql", "sql")


@pytest.mark.parametrize("client", [_PRISMA, _POSTGRES], ids=["prisma", "postgres"])
@pytest.mark.parametrize("sign", ["embedding <=>", "embedding <->"])
def test_a_tagged_statement_with_a_distance_searches_an_index(client: tuple[str, str, str], sign: str) -> None:
    setup, writes, reads = client
    text = _SYSTEM.replace("SETUP", setup).replace("WRITES", writes).replace("READS", reads).replace("ORDER $", f"{sign} $")
    system = system_of({"src/app.ts": text})
    index = only(system, "vector_store")
    assert index.name == "chunks (pgvector)"
    carried = {(flow.source, flow.role) for flow in system.flows if flow.target == index.id}
    assert ("http_route:POST /chunks", "index_write") in carried
    assert ("http_route:POST /ask", "index_query") in carried
    assert any(flow.source == index.id and "retrieved_text" in flow.carries for flow in system.flows)


def test_a_statement_without_a_distance_is_a_table_like_others() -> None:
    setup, writes, reads = _PRISMA
    text = _SYSTEM.replace("SETUP", setup).replace("WRITES", writes).replace("READS", reads).replace("ORDER $", "written = $")
    assert not elements(system_of({"src/app.ts": text}), "vector_store")


def test_a_statement_that_a_function_of_the_project_runs_searches_an_index_as_well() -> None:
    system = system_of(
        {
            "src/app.ts": """
    import express from "express";
    import pg from "pg";

    const app = express();
    const db = new pg.Pool();

    async function many(text: string, values: unknown[]) {
      return (await db.query(text, values)).rows;
    }

    async function first(text: string, values: unknown[]) {
      return (await many(text, values))[0];
    }

    app.post("/chunks", async (req, res) => {
      await many("INSERT INTO chunks (body, embedding) VALUES ($1, $2)", [req.body.text, req.body.vector]);
      res.end();
    });

    app.post("/ask", async (req, res) => {
      res.json(await first("SELECT body FROM chunks ORDER BY embedding <=> $1 LIMIT 1", [req.body.vector]));
    });
"""
        }
    )
    index = only(system, "vector_store")
    assert index.name == "chunks (pgvector)"
    carried = {(flow.source, flow.role) for flow in system.flows if flow.target == index.id}
    assert {("http_route:POST /chunks", "index_write"), ("http_route:POST /ask", "index_query")} <= carried
