#!/usr/bin/env node
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveHttp } from './http.js';
import { createServer } from './server.js';
import { settings } from './settings.js';

if (settings.OPS_MCP_TRANSPORT === 'http') {
  serveHttp();
} else {
  await createServer().connect(new StdioServerTransport());
}
