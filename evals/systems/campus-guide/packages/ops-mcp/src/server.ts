import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { docs } from './handlers/docs.js';
import { services } from './handlers/services.js';
import { tickets } from './handlers/tickets.js';
import { withTelemetry } from './telemetry.js';
import { Refused, type Context, type ToolTable } from './types.js';

const table: ToolTable = withTelemetry({ ...tickets, ...services, ...docs });

const text = (value: string, isError = false): CallToolResult => ({ content: [{ type: 'text', text: value }], isError });

async function dispatch(name: string, args: unknown, context: Context): Promise<CallToolResult> {
  const definition = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!definition) return text(`There is no tool ${name}.`, true);
  const parsed = definition.input.safeParse(args);
  if (!parsed.success) return text(z.prettifyError(parsed.error), true);
  try {
    return text(await definition.run(parsed.data, context));
  } catch (error) {
    if (error instanceof Refused) return text(error.message, true);
    process.stderr.write(`${name}: ${(error as Error).name}\n`);
    return text('The tool failed.', true);
  }
}

export function createServer(): Server {
  const server = new Server({ name: 'campus-ops', version: '1.4.0' }, { capabilities: { tools: {} } });

  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: Object.entries(table).map(([name, { description, input }]) => ({
      name,
      description,
      inputSchema: z.toJSONSchema(input) as { type: 'object' },
    })),
  }));

  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const header = extra.requestInfo?.headers['x-acting-user'];
    const actor = Array.isArray(header) ? header[0] : header;
    return dispatch(request.params.name, request.params.arguments ?? {}, { actor });
  });

  return server;
}
