import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import type { Caller } from '../auth.js';
import { settings } from '../settings.js';

export interface OpsTools {
  specs: ChatCompletionTool[];
  names: Set<string>;
  run(name: string, args: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

function headersFor(caller: Caller): Record<string, string> {
  const headers: Record<string, string> = { 'x-acting-user': caller.studentNumber };
  if (settings.OPS_MCP_TOKEN) headers.authorization = `Bearer ${settings.OPS_MCP_TOKEN}`;
  return headers;
}

export function offered<T extends { name: string }>(tools: T[], wanted: string[]): T[] {
  if (wanted.length === 0) return tools;
  return tools.filter((tool) => wanted.includes(tool.name));
}

export async function openOps(caller: Caller): Promise<OpsTools> {
  const client = new Client({ name: 'campus-guide', version: '2.3.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(settings.OPS_MCP_URL), { requestInit: { headers: headersFor(caller) } }),
  );
  const { tools } = await client.listTools();
  const mine = offered(tools, settings.OPS_TOOLS);

  return {
    names: new Set(mine.map((tool) => tool.name)),
    specs: mine.map((tool) => ({
      type: 'function',
      function: { name: tool.name, description: tool.description ?? '', parameters: tool.inputSchema },
    })),
    async run(name, args) {
      const result = await client.callTool({ name, arguments: args });
      const parts = result.content as { type: string; text?: string }[];
      return parts.map((part) => part.text ?? '').join('\n');
    },
    close: () => client.close(),
  };
}
