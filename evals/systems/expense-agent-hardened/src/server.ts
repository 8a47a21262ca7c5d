import path from 'node:path';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { registerAuth } from './auth.js';
import { config } from './config.js';
import { startReminders } from './jobs/reminders.js';
import { chatRoutes } from './routes/chat.js';
import { claimRoutes } from './routes/claims.js';
import { inboundRoutes } from './routes/inbound.js';
import { receiptRoutes } from './routes/receipts.js';

const app = Fastify({ logger: true, bodyLimit: 64 * 1024, trustProxy: 1 });

await registerAuth(app);
await app.register(helmet, {
  contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], imgSrc: ["'self'"], scriptSrc: ["'self'"] } },
});
await app.register(rateLimit, { max: 120, timeWindow: '1 minute' });
await app.register(multipart, { limits: { fileSize: 10 * 1024 * 1024, files: 1 } });
await app.register(fastifyStatic, { root: path.resolve('public') });
await app.register(chatRoutes, { prefix: '/api' });
await app.register(receiptRoutes, { prefix: '/api' });
await app.register(claimRoutes, { prefix: '/api' });
await app.register(inboundRoutes, { prefix: '/hooks' });

app.get('/healthz', async () => ({ ok: true }));

startReminders();
await app.listen({ port: config.port, host: '0.0.0.0' });
