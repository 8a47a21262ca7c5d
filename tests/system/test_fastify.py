"""Routes of Fastify: handlers among a route's options, plugins found by the place of their file, and types put around the application."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import elements, flows, scan_of

_PLUGIN = """
import { type FastifyPluginAsync } from 'fastify';
import OpenAI from 'openai';
import { requireUser } from '../users.js';
const client = new OpenAI();
const plugin: FastifyPluginAsync = async (given, _options): Promise<void> => {
  const app = given.withTypeProvider<Schemas>();
  app.post('/chat', {
    schema: { body: { $ref: 'chat' } },
    OPTION
    handler: async function (request, reply) {
      const { messages } = request.body;
      return await client.chat.completions.create({ model: 'gpt-4o', messages });
    },
  });
};
export default plugin;
"""
_USERS = """
export async function requireUser(request, reply) {
  if (!request.headers.authorization) { return reply.code(401).send(); }
}
export async function look(request, reply) { request.log.info('seen'); }
"""


def files(option: str = "", folder: str = "src/routes") -> dict[str, str]:
    package = '{"dependencies": {"fastify": "4", "openai": "4"}}'
    return {f"{folder}/chat.ts": _PLUGIN.replace("OPTION", option), "src/users.ts": _USERS, "package.json": package}


def test_a_handler_among_the_options_of_a_route_gets_the_request(tmp_path: Path) -> None:
    system = scan_of(tmp_path, files()).system
    assert [route.name for route in elements(system, "http_route")] == ["POST /chat"]
    assert flows(system, "conversation", "user_input")


def test_a_file_that_no_framework_loads_by_its_place_makes_no_routes(tmp_path: Path) -> None:
    assert elements(scan_of(tmp_path, files(folder="src/lib")).system, "http_route") == []


@pytest.mark.parametrize(("option", "asked"), [("preHandler: requireUser,", True), ("", False)])
def test_what_runs_before_a_handler_may_ask_who_calls(tmp_path: Path, option: str, asked: bool) -> None:
    (route,) = elements(scan_of(tmp_path, files(option)).system, "http_route")
    assert route.attributes["authenticated"] is asked
