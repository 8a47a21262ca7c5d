"""Findings of entries that were copied, and what a store's own port says of its risk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

ROUTE = """
import { openai } from "@ai-sdk/openai";
import { streamText } from "ai";

export async function POST(req: Request) {
  const {
    prompt,
    config,
  } = await req.json();
  const { apiKey, ...parameters } = config;
  const answer = CALL({ model: openai("gpt-5"), system: "Help.", prompt, ...parameters });
  return Response.json(answer);
}
"""


def test_an_entry_copied_into_another_file_is_one_finding_with_both_places(tmp_path: Path) -> None:
    first = ROUTE.replace("CALL", "streamText")
    other = ROUTE.replace("CALL", "await generateText").replace("streamText", "generateText")
    scan = scan_of(tmp_path, {"app/api/chat/route.ts": first, "app/api/edit/route.ts": other})
    found = [finding for finding in scan.findings if finding.threat == "untrusted-text-in-system-prompt"]
    assert len(found) == 1
    assert {place.path for finding in found for place in finding.evidence} == {"app/api/chat/route.ts", "app/api/edit/route.ts"}


STORE = """
import { QdrantClient } from "@qdrant/js-client-rest";
import OpenAI from "openai";

const client = new QdrantClient({ url: URL });

export async function find(vector) {
  return await client.search("documents", { vector });
}
"""


@pytest.mark.parametrize(("url", "likelihood"), [("process.env.QDRANT_URL", 2), ('"https://vectors.example.com:6333"', 3)])
def test_a_store_whose_address_only_settings_tell_is_less_likely_open(tmp_path: Path, url: str, likelihood: int) -> None:
    scan = scan_of(tmp_path, {"store.ts": STORE.replace("URL", url)})
    (found,) = (finding for finding in scan.findings if finding.threat == "exposed-vector-store")
    assert found.likelihood == likelihood
