"""What a schema declares as a number, a yes or no, or one of a list, is no text of a stranger; a redaction by the names of fields."""

from __future__ import annotations

import pytest

from pipeline.system.model import System
from tests.system.small import flows, system_of

_SCHEMA = """
import { createSafeActionClient } from "next-safe-action";
import { z } from "zod";
import OpenAI from "openai";
const body = z.object({ brief: z.boolean(), about: z.string().max(200), tone: z.enum(["warm", "plain"]).default("plain"),
                        page: z.object({ size: z.coerce.number().optional() }) });
const answer = (text) => new OpenAI().responses.create({ model: "gpt-5", instructions: text, input: "hello" });
"""
_ROUTE = (
    "export async function POST(request) { const { brief, about, tone, page } = body.parse(await request.json()); return answer(PART); }"
)
_SAFE = "const got = body.safeParse(await request.json()); const { brief, about, tone, page } = got.data; return answer(PART);"
_ACTION = """
export const save = createSafeActionClient().inputSchema(body).action(async ({ ctx, parsedInput: { brief, about, tone, page } }) => answer(PART));
"""
WAYS = {"parsed": _ROUTE, "asked": f"export async function POST(request) {{ {_SAFE} }}", "declared for an action": _ACTION}
PARTS = {"`Be ${brief}`": ["type_cast"], "tone": ["allow_list"], "`At most ${page.size} lines`": ["type_cast"], "about": []}


def _controls(system: System) -> list[str]:
    (flow,) = flows(system, "system_prompt", "user_input")
    return [control.kind for control in system.controls if flow.id in control.protects and control.kind != "schema_validation"]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(("part", "expected"), PARTS.items(), ids=PARTS.keys())
def test_a_part_is_what_its_schema_says(way: str, part: str, expected: list[str]) -> None:
    # What a handler is handed as one of a list is as little text as a number is, whatever asks for that.
    besides = ["type_cast"] if expected == ["allow_list"] and way == _ACTION else []
    assert _controls(system_of({"app/api/chat/route.ts": _SCHEMA + way.replace("PART", part)})) == [*expected, *besides]


_KEPT = """
import { createSafeActionClient } from "next-safe-action";
import { PrismaClient } from "@prisma/client";
import { z } from "zod";
const prisma = new PrismaClient();
const body = z.object({ brief: z.boolean(), about: z.string().max(200) });
export const save = createSafeActionClient().inputSchema(body).action(async ({ ctx: { id }, parsedInput: { brief, about } }) => {
  await prisma.account.update({ where: { id }, data: { manner: PART } });
});
"""
KEPT = {"brief": ["type_cast"], "`${brief} ${about}`": [], "about": []}


@pytest.mark.parametrize(("part", "expected"), KEPT.items(), ids=KEPT.keys())
def test_what_stands_beside_an_envelope_is_the_programs_own(part: str, expected: list[str]) -> None:
    system = system_of({"app/actions.ts": _KEPT.replace("PART", part)})
    (flow,) = flows(system, "store_write", "user_input")
    assert [control.kind for control in system.controls if flow.id in control.protects and control.kind == "type_cast"] == expected


_LOGGED = """
import OpenAI from "openai";
const HIDDEN = new Set(["text", "email"]);
function NAME(fields) {
  const out = {};
  for (const [key, value] of Object.entries(fields)) out[key] = TEST ? "***" : value;
  return out;
}
export async function POST(request) {
  const reply = await new OpenAI().responses.create({ model: "gpt-5", input: (await request.json()).text });
  console.info("answered", JSON.stringify(NAME({ text: reply.output_text })));
}
"""
HIDES = {
    "by a list of names": ("hashSensitiveFields", "HIDDEN.has(key)", True),
    "only called so": ("hashSensitiveFields", "!value", False),
    "another purpose": ("copyFields", "HIDDEN.has(key)", False),
}


@pytest.mark.parametrize(("name", "test", "hidden"), HIDES.values(), ids=HIDES.keys())
def test_fields_are_hidden_by_their_names(name: str, test: str, hidden: bool) -> None:
    system = system_of({"app/api/chat/route.ts": _LOGGED.replace("NAME", name).replace("TEST", test)})
    (flow,) = flows(system, "log", "model_reply")
    assert [c.kind for c in system.controls if flow.id in c.protects] == (["redaction"] if hidden else [])
