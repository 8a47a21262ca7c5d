import { createHash, timingSafeEqual } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express, { type RequestHandler } from 'express';
import { createServer } from './server.js';
import { settings } from './settings.js';

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

export function bearer(token: string | undefined): RequestHandler {
  return (req, res, next) => {
    if (!token) return next();
    const given = req.get('authorization') ?? '';
    if (timingSafeEqual(digest(given), digest(`Bearer ${token}`))) return next();
    res.status(401).json({ error: 'unauthorized' });
  };
}

export function serveHttp(): void {
  const app = express();
  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.post('/mcp', bearer(settings.OPS_MCP_TOKEN), express.json({ limit: '256kb' }), async (req, res) => {
    const server = createServer();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    res.on('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
  app.listen(settings.OPS_MCP_PORT, settings.OPS_MCP_HOST, () => {
    process.stderr.write(`ops-mcp on ${settings.OPS_MCP_HOST}:${settings.OPS_MCP_PORT}\n`);
  });
}
