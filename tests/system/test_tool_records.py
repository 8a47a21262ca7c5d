"""Tools in records that a server registers in a loop: each is a tool of its own, by its own name."""

from __future__ import annotations

from pathlib import Path

from pipeline.system.model import System
from tests.system.small import elements, flows, scan_of

_SERVER = """
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { injectAll } from 'tsyringe';
import { ToolDefinitions } from './tokens.js';
import { makeHandler } from './handlers.js';
export class Registry {
  constructor(@injectAll(ToolDefinitions) private tools: ToolDefinition[]) {}
  public registerAll(server: McpServer) {
    for (const tool of this.tools) {
      const handler = makeHandler({ logic: tool.logic });
      server.registerTool(NAME, { description: tool.description, inputSchema: tool.inputSchema }, handler);
    }
  }
}
"""
_HANDLERS = """
export function makeHandler({ logic }) {
  return async (input, extra) => ({ content: [{ type: 'text', text: await logic(input, extra) }] });
}
export function signedIn(scopes, logic) {
  return async (input, extra) => { check(scopes); return logic(input, extra); };
}
"""
_TOOLS = """
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { signedIn } from './handlers.js';
const InputSchema = z.object({ path: z.string() });
async function read(input, extra) { return readFile(input.path, 'utf8'); }
async function count(input, extra) { return String(input.path.length); }
export const readTool = {
  name: 'read_note', description: 'Reads a note', inputSchema: InputSchema, logic: signedIn(['read'], read),
};
export const countTool = { name: 'count_letters', description: 'Counts', inputSchema: InputSchema, logic: count };
export const person = { name: 'Ada', description: 'Wrote notes' };
export const page = { name: 'page', description: 'A page', handler: read };
"""


def built(folder: Path, name: str = "tool.name") -> System:
    package = '{"dependencies": {"@modelcontextprotocol/sdk": "1"}}'
    files = {"src/server.ts": _SERVER.replace("NAME", name), "src/handlers.ts": _HANDLERS, "src/tools.ts": _TOOLS}
    return scan_of(folder, {**files, "package.json": package}).system


def test_each_record_is_a_tool_by_its_own_name_and_the_model_chooses_its_first_parameter(tmp_path: Path) -> None:
    system = built(tmp_path)
    assert sorted(tool.name for tool in elements(system, "mcp_tool")) == ["count_letters", "read_note"]
    assert [flow.source for flow in flows(system, "path", "tool_arguments")] == ["mcp_tool:read_note"]


def test_records_are_no_tools_where_a_server_writes_its_names_down(tmp_path: Path) -> None:
    names = [tool.name for tool in elements(built(tmp_path, "'fixed'"), "mcp_tool")]
    assert "read_note" not in names and "count_letters" not in names


def test_records_of_collections_hold_what_makers_return(tmp_path: Path) -> None:
    server = """
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { noteTools } from './notes.js';
    export const server = new McpServer({ name: 'notes', version: '1' });
    export function registerAll(settings: object) {
      [noteTools(settings)].forEach((collection) => {
        Object.values(collection).forEach((tool) => {
          server.registerTool(tool.title, { description: tool.description, inputSchema: tool.inputParams }, tool.tool);
        });
      });
    }
    """
    notes = """
    import { readFile } from 'node:fs/promises';
    import { guarded } from './guarded.js';
    function readNote(settings: object) {
      async function tool(args: { path: string }) { return readFile(args.path, 'utf8'); }
      return guarded(tool, 'cannot read');
    }
    export function noteTools(settings: object) {
      const read = readNote(settings);
      return { read: { title: 'read_note', description: 'Reads a note', inputParams: {}, tool: read } };
    }
    """
    guarded = (
        "export function guarded(f, text) { return async (...given) => { try { return await f(...given); } catch { return text; } }; }\n"
    )
    package = '{"dependencies": {"@modelcontextprotocol/sdk": "1"}}'
    files = {"src/server.ts": server, "src/notes.ts": notes, "src/guarded.ts": guarded, "package.json": package}
    system = scan_of(tmp_path, files).system
    assert [tool.name for tool in elements(system, "mcp_tool")] == ["read_note"]
    assert [flow.source for flow in flows(system, "path", "tool_arguments")] == ["mcp_tool:read_note"]
