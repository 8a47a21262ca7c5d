"""Routes of Fastify: handlers among a route's options, plugins found by the place of their file, and types put around the application."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import controls_on, elements, flows, scan_of

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


_SERVER = """
import Fastify from 'fastify';
import fp from 'fastify-plugin';
import jwt from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import OpenAI from 'openai';
import { caller, told } from './users.js';
import { chat } from './chat.js';
import { gate } from './gate.js';
const app = Fastify();
BEFORE
await app.register(chat, { prefix: '/api' });
await app.listen({ port: 3000 });
"""
_CHAT = """
import OpenAI from 'openai';
import type { FastifyInstance } from 'fastify';
import { caller, told } from './users.js';
const client = new OpenAI();
export async function chat(app: FastifyInstance) {
  INSIDE
  app.post<{ Body: { text: string } }>('/chat', async (request) => {
    FIRST
    return await client.responses.create({ model: 'gpt-4o', input: request.body.text });
  });
}
"""
_CALLER = """
import type { FastifyRequest } from 'fastify';
export async function caller(request: FastifyRequest) {
  const { sub } = await request.jwtVerify<{ sub: string }>();
  return sub;
}
export async function told(request: FastifyRequest) {
  return (await request.jwtDecode<{ sub: string }>()).sub;
}
"""
_GATE = """
import fp from 'fastify-plugin';
import { caller, told } from './users.js';
export const gate = WRAPPED;
"""


def served(before: str = "", inside: str = "", first: str = "", wrapped: str = "async (app) => {}") -> dict[str, str]:
    return {
        "src/server.ts": _SERVER.replace("BEFORE", before),
        "src/chat.ts": _CHAT.replace("INSIDE", inside).replace("FIRST", first),
        "src/users.ts": _CALLER,
        "src/gate.ts": _GATE.replace("WRAPPED", wrapped),
        "package.json": '{"dependencies": {"fastify": "5", "openai": "4"}}',
    }


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"first": "const user = await caller(request);"}, True),
        ({"first": "const user = await told(request);"}, False),  # read, and not verified
        ({"before": "app.addHook('onRequest', caller);"}, True),  # runs before what is registered below it
        ({"before": "app.addHook('onRequest', told);"}, False),
        ({"before": "app.addHook('onResponse', caller);"}, False),  # when all is done
        ({"inside": "app.addHook('preHandler', async (request) => { await request.jwtVerify(); });"}, True),
        ({"before": "await app.register(gate);", "wrapped": "fp(async (app) => { app.addHook('onRequest', caller); })"}, True),
        ({"before": "await app.register(gate);", "wrapped": "async (app) => { app.addHook('onRequest', caller); }"}, False),  # its own part
        ({"before": "app.decorate('authenticate', caller);", "inside": "app.addHook('onRequest', app.authenticate);"}, True),
        ({"before": "app.decorate('greet', told);", "inside": "app.addHook('onRequest', app.greet);"}, False),
    ],
)
def test_a_token_that_is_verified_before_or_in_a_plugin_says_who_calls(tmp_path: Path, given: dict[str, str], asked: bool) -> None:
    (route,) = elements(scan_of(tmp_path, served(**given)).system, "http_route")
    assert route.attributes["authenticated"] is asked


@pytest.mark.parametrize(
    ("before", "limited"),
    [
        ("await app.register(rateLimit, { max: 60, timeWindow: '1 minute' });", True),
        ("await app.register(jwt, { secret: 'x' });", False),
        ("", False),
    ],
)
def test_a_plugin_that_limits_callers_covers_the_routes(tmp_path: Path, before: str, limited: bool) -> None:
    system = scan_of(tmp_path, served(before)).system
    (route,) = elements(system, "http_route")
    assert ("rate_limit" in controls_on(system, route.id)) is limited
