"""Clients and pools of TypeScript that are made where something waits for them: in a promise, inside other settings."""

from __future__ import annotations

from tests.system.small import elements, flows, system_of

_POOL = """
import fs from "fs";
import mysql from "mysql2/promise";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
let waiting;
const pool = () => {
  waiting = waiting ?? new Promise((resolve, reject) => {
    try { resolve(mysql.createPool({ host: "db", ssl: { ca: fs.readFileSync("ca.pem") } })); } catch (error) { reject(error); }
  });
  return waiting;
};
const server = new Server({ name: "orders" });
server.setRequestHandler(CallToolRequestSchema, async (request) => {
  const connection = await (await pool()).getConnection();
  return connection.query(request.params.arguments.sql);
});
"""


def test_a_pool_is_known_by_the_promise_that_is_settled_with_it_and_not_by_the_file_of_its_certificate() -> None:
    system = system_of({"app.ts": _POOL})
    (store,) = elements(system, "data_store")
    assert [flow.target for flow in flows(system, "query", "tool_arguments")] == [store.id]


_ENGINE = """
import { ContextChatEngine, OpenAI, Settings } from "llamaindex";
export async function POST(request) {
  const { question, name } = await request.json();
  const engine = await Settings.withLLM(new OpenAI({ model: name }), async () => {
    return new ContextChatEngine({ chatModel: Settings.llm });
  });
  return Response.json(await engine.chat({ message: question }));
}
"""


def test_an_engine_made_inside_other_settings_is_asked() -> None:
    system = system_of({"app/api/chat/route.ts": _ENGINE})
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["http_route:POST /api/chat"]
