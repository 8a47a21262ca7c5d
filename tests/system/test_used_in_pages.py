"""Functions of a `'use server'` file: those that no page uses have no address."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

ACTIONS = """
'use server'
import OpenAI from "openai";

export async function list() {
  return [];
}

export async function ask(question) {
  return new OpenAI().responses.create({ model: "gpt-5", input: question });
}
"""
CALLS = "import { ask } from './actions'\n"
OTHER = "import { list } from './actions'\n"


@pytest.mark.parametrize(
    ("path", "text", "reached"),
    [
        ("app/job.ts", CALLS + "export async function run() { return ask('today') }", False),
        ("app/page.tsx", CALLS + "export default async function Page({ params }) { return <p>{await ask(params.id)}</p> }", False),
        ("app/page.tsx", CALLS + "export default function Page() { return <form action={ask} /> }", True),
        ("app/page.tsx", CALLS + "export default function Page() { return <b onClick={() => ask('x')} /> }", True),
        ("app/chat.tsx", "'use client'\n" + CALLS + "export async function send() { await ask('x') }", True),
        ("app/use-chat.ts", "import { useState } from 'react'\n" + CALLS + "export function useChat() { return ask('x') }", True),
        ("app/chat.tsx", "'use client'\n" + OTHER + "export async function send() { await list() }", False),
        ("app/other.ts", "export const nothing = 1", True),
    ],
)
def test_a_server_action_is_reached_where_a_page_uses_it_or_nobody_is_seen_to(path: str, text: str, reached: bool) -> None:
    system = system_of({"app/actions.ts": ACTIONS.lstrip(), path: text})
    assert ("POST ask" in {element.name for element in elements(system, "http_route")}) is reached
