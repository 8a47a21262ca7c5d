import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { prompts } from './prompt.js';
import { agentRoutes } from './routes/agents.js';
import { trackingRoutes } from './routes/tracking.js';
import { widgetRoutes } from './routes/widget.js';

const app = Fastify({ logger: true, bodyLimit: 16 * 1024, trustProxy: 1 });

await app.register(helmet);
await app.register(rateLimit, { max: 60, timeWindow: '1 minute' });
await app.register(trackingRoutes);
await app.register(agentRoutes);
await app.register(widgetRoutes);

app.get('/api/prompts', async () => prompts);
app.get('/healthz', async () => ({ ok: true }));

// the user agent tells phones from desks
app.get<{ Params: { number: string } }>('/track/:number', async (request, reply) => {
  const phone = /Mobile|Android|iPhone/.test(request.headers['user-agent'] ?? '');
  return reply.redirect(`https://px.example/${phone ? 'm' : 'd'}/#${encodeURIComponent(request.params.number)}`);
});

await app.listen({ port: 3000, host: '0.0.0.0' });
