"""What staff send is sent by staff, whoever stands before the door; what a site is asked is not what the site says."""

from __future__ import annotations

import pytest

from pipeline.threats.catalog import load_catalog
from pipeline.threats.engine import Match, match_threats
from pipeline.threats.view import View
from tests.system.small import flows, system_of

_ACTIONS = """
"use server";
import { generateText } from "ai";
import { openai } from "@ai-sdk/openai";
import { auth } from "./auth";
export async function NAME(text: string) {
  const session = await auth();
  if (!session) throw new Error("sign in");
  return (await generateText({ model: openai("gpt-5"), prompt: text })).text;
}
"""


@pytest.mark.parametrize(("name", "told"), [("adminReplay", False), ("replay", True)])
def test_an_entry_of_staff_is_not_told_as_that_of_anybody(name: str, told: bool) -> None:
    page = 'import { NAME } from "./actions";\nexport default function Page() { return <button onClick={() => NAME("x")}>go</button>; }'
    system = system_of(
        {
            "app/actions.ts": _ACTIONS.replace("NAME", name),
            "app/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({});\n',
            "app/page.tsx": '"use client";\n' + page.replace("NAME", name),
        }
    )
    threats = tuple(threat for threat in load_catalog().threats if threat.slug == "unbounded-consumption")
    assert bool([found for found in match_threats(system, threats) if isinstance(found, Match)]) is told


_SITE = """
import OpenAI from "openai";
export async function POST(request) {
  const { text } = await request.json();
  const found = await fetch("https://mail.example/batch", { method: "POST", body: `find ${text}` });
  const client = new OpenAI();
  return Response.json(await client.responses.create({ model: "gpt-5", instructions: `You know ${await found.text()}`, input: "hello" }));
}
"""


def test_what_a_site_is_asked_is_not_what_it_says() -> None:
    system = system_of({"app/api/chat/route.ts": _SITE})
    (asked,), (said,) = flows(system, "request_body", "user_input"), flows(system, "system_prompt", "stored_data")
    assert asked.target == said.source
    assert not View(system).comes_out(asked, said)
