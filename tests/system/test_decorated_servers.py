"""What a plugin gives a Fastify server under a name is what routes in other files take of it."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_PLUGIN = """
import fp from "fastify-plugin";
import { Answers } from "../lib/answers.js";
export default fp(async (fastify) => { fastify.decorate("answers", { plain: new Answers(fastify.config.model) }); });
"""
_LIB = """
import OpenAI from "openai";
export class Answers {
  constructor(model) { this.client = new OpenAI(); this.model = model; }
  async run(text) { return (await this.client.responses.create({ model: this.model, input: text })).output_text; }
}
"""
_ROUTE = """
import { type FastifyPluginAsync } from "fastify";
const root: FastifyPluginAsync = async (_fastify): Promise<void> => {
  const fastify = _fastify.withTypeProvider();
  fastify.post("/chat", async (request) => HOLDER.answers.plain.run(request.body.text));
};
export default root;
"""


@pytest.mark.parametrize(("holder", "asks"), [("fastify", True), ("request", None)])
def test_a_route_runs_what_a_plugin_decorated_the_server_with(holder: str, asks: bool | None) -> None:
    files = {"src/plugins/answers.ts": _PLUGIN, "src/lib/answers.ts": _LIB, "src/routes/root.ts": _ROUTE.replace("HOLDER", holder)}
    (route,) = elements(system_of(files), "http_route")
    assert route.attributes.get("runs_inference") is asks
