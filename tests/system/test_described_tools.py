"""Tools that are records of a team's own registry: what tells the model of them, and which of their parameters it chooses."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import elements, flows, system_of

_LOOP = """
import OpenAI from 'openai';
import { tools, run } from './tools';
const openai = new OpenAI();
export async function answer(text: string, userId: string) {
  const messages: any[] = [{ role: 'user', content: text }];
  for (let step = 0; step < 6; step++) {
    const reply = await openai.chat.completions.create({ model: 'gpt-5', messages, tools });
    const message = reply.choices[0].message;
    messages.push(message);
    if (!message.tool_calls) return message.content;
    for (const call of message.tool_calls) {
      messages.push({ role: 'tool', tool_call_id: call.id, content: await run(call.function.name, call.function.arguments, userId) });
    }
  }
}
"""
_MAP = """
export class Registry {
  private readonly byName = new Map<string, any>();
  add(tool: any) { this.byName.set(tool.name, tool); return this; }
  define(name: string, description: string, schema: object, run: any) { this.byName.set(name, { name, description, schema, run }); }
  specs() { return [...this.byName.values()]; }
  async run(name: string, given: string, userId: string) {
    const tool = this.byName.get(name);
    if (!tool) throw new Error('no such tool');
    return tool.CALLED;
  }
}
export const registry = new Registry();
"""
_TAIL = """
export const tools = registry.specs();
export const run = (name: string, given: string, userId: string) => registry.run(name, given, userId);
"""
_HEAD = """
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
"""
RECORDS: dict[str, Mapping[str, str]] = {
    "a registry that hands the context first": {
        "registry.ts": _MAP.replace("CALLED", "handler({ userId }, JSON.parse(given))"),
        "tools.ts": _HEAD
        + """
import { registry } from './registry';
registry.add({
  name: 'read_note', description: 'Reads a note', inputs: z.object({ path: z.string() }),
  handler: async (context: { userId: string }, { path }: { path: string }) => readFile(path, 'utf8'),
});
"""
        + _TAIL,
    },
    "told to the registry one by one": {
        "registry.ts": _MAP.replace("CALLED", "run(JSON.parse(given), userId)"),
        "tools.ts": _HEAD
        + """
import { registry } from './registry';
registry.define('read_note', 'Reads a note', z.object({ path: z.string() }), async ({ path }) => readFile(path, 'utf8'));
"""
        + _TAIL,
    },
    "a factory that checks what it is given": {
        "toolkit.ts": """
import { z } from 'zod';
export const forCustomers = (spec: { name: string; description: string; input: z.ZodType; run(input: any, customer: string): any }) => ({
  name: spec.name, description: spec.description, parameters: z.toJSONSchema(spec.input),
  run: async (turn: { customer?: string }, input: unknown) =>
    turn.customer ? spec.run(spec.input.parse(input), turn.customer) : 'Please sign in.',
});
""",
        "tools.ts": _HEAD
        + """
import { forCustomers } from './toolkit';
const noteTools = (folder: string) => [
  forCustomers({
    name: 'read_note', description: 'Reads a note', input: z.object({ path: z.string() }),
    async run({ path }, customer) { return readFile(path, 'utf8'); },
  }),
];
const all = [...noteTools('notes')];
export const tools = all.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }));
export async function run(name: string, given: string, userId: string) {
  const found = all.find((one) => one.name === name);
  return found ? found.run({ customer: userId }, JSON.parse(given)) : 'no such tool';
}
""",
    },
    "a table by name, with a schema of the project's own": {
        "tools.ts": _HEAD
        + """
interface Tool { description: string; params: object; fn(given: any): Promise<string> }
const table = new Map<string, Tool>();
table.set('read_note', { description: 'Reads a note', params: { path: { type: 'string' } }, fn: ({ path }) => readFile(path, 'utf8') });
export const tools = [...table].map(([name, tool]) => ({ name, ...tool }));
export async function run(name: string, given: string) {
  return table.get(name)!.fn(JSON.parse(given));
}
""",
    },
}


@pytest.mark.parametrize("records", RECORDS.values(), ids=list(RECORDS))
def test_each_record_is_a_tool_of_the_loop_and_the_model_chooses_what_it_is_run_with(records: Mapping[str, str]) -> None:
    system = system_of({"agent.ts": _LOOP, **records})
    assert [tool.name for tool in elements(system, "tool")] == ["read_note"]
    assert [flow.source for flow in flows(system, "path", "tool_arguments")] == ["tool:read_note"]
    assert any(relation.kind == "has_tool" and relation.target == "tool:read_note" for relation in system.relations)


def test_what_the_program_hands_to_a_tool_is_not_chosen_by_the_model() -> None:
    records = RECORDS["a registry that hands the context first"]
    tools = records["tools.ts"].replace("readFile(path, 'utf8')", "readFile(context.userId, 'utf8')")
    system = system_of({"agent.ts": _LOOP, **records, "tools.ts": tools})
    assert [flow.source for flow in flows(system, "path", "tool_arguments")] == []


def test_described_records_are_no_tools_where_no_model_chooses_among_them() -> None:
    loop = _LOOP.replace("await run(call.function.name, call.function.arguments, userId)", "'later'")
    system = system_of({"agent.ts": loop, **RECORDS["told to the registry one by one"]})
    assert elements(system, "tool") == []


def test_a_record_whose_input_is_no_schema_is_no_tool() -> None:
    records = RECORDS["a registry that hands the context first"]
    tools = records["tools.ts"] + "export const page = { name: 'about', description: 'Who we are', input: 'text', run: () => 'x' };\n"
    system = system_of({"agent.ts": _LOOP, **records, "tools.ts": tools})
    assert [tool.name for tool in elements(system, "tool")] == ["read_note"]
