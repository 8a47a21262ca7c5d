"""An index that another company keeps is a store of theirs, and its retriever brings its passages."""

from __future__ import annotations

from tests.system.small import elements, flows, system_of

_ASK = """
import { LlamaCloudIndex } from "llamaindex/cloud/LlamaCloudIndex";
import OpenAI from "openai";
const index = new LlamaCloudIndex({ name: "notes", projectName: "default" });
export async function POST(request) {
  const { question } = await request.json();
  const found = await index.asRetriever({ similarityTopK: 3 }).retrieve({ query: question });
  const told = found.map((one) => one.node.text).join(" ");
  return Response.json(await new OpenAI().responses.create({ model: "gpt-5", input: told }));
}
"""


def test_passages_of_a_hosted_index_reach_the_prompt() -> None:
    system = system_of({"app/api/chat/route.ts": _ASK})
    (store,) = elements(system, "vector_store")
    assert (store.zone, store.attributes["remote"]) == ("third_party", True)
    assert flows(system, "prompt", "retrieved_text")
