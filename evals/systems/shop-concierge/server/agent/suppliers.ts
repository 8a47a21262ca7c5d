import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import type { Settings } from '../settings';
import type { Log } from '../common/log';
import type { Tool, Turn } from './toolkit';

const REFRESH_MS = 10 * 60_000;

/** Tools of the supplier's MCP server: stock, restock dates, size tables. */
export class SupplierLink {
  private client?: Client;
  private listed?: { at: number; tools: Tool[] };

  constructor(
    private readonly settings: Pick<Settings, 'SUPPLIER_MCP_URL' | 'SUPPLIER_MCP_TOKEN'>,
    private readonly log: Log,
  ) {}

  async tools(): Promise<Tool[]> {
    if (this.listed && Date.now() - this.listed.at < REFRESH_MS) return this.listed.tools;
    try {
      const client = await this.connect();
      const { tools } = await client.listTools();
      this.listed = {
        at: Date.now(),
        tools: tools.map((remote) => ({
          name: remote.name,
          description: remote.description ?? '',
          audience: 'anyone' as const,
          parameters: remote.inputSchema as Record<string, unknown>,
          run: (input: unknown, turn: Turn) => this.call(remote.name, input, turn),
        })),
      };
      return this.listed.tools;
    } catch (failure) {
      this.log.warn({ err: failure }, 'supplier server is away');
      this.client = undefined;
      return this.listed?.tools ?? [];
    }
  }

  private async call(name: string, input: unknown, turn: Turn): Promise<string> {
    const client = await this.connect();
    const result = await client.callTool({ name, arguments: input as Record<string, unknown> }, undefined, {
      timeout: 10_000,
    });
    const parts = result.content as Array<{ type: string; text?: string }>;
    const text = parts.map((part) => part.text ?? '').join('\n').slice(0, 8_000);
    this.log.debug({ name, conversationId: turn.conversationId, size: text.length }, 'supplier tool');
    return text;
  }

  private async connect(): Promise<Client> {
    if (this.client) return this.client;
    const client = new Client({ name: 'lodenhaus-concierge', version: '2.6.0' });
    const transport = new StreamableHTTPClientTransport(new URL(this.settings.SUPPLIER_MCP_URL), {
      requestInit: { headers: { authorization: `Bearer ${this.settings.SUPPLIER_MCP_TOKEN}` } },
    });
    await client.connect(transport);
    this.client = client;
    return client;
  }
}
