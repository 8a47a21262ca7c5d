import path from 'node:path';
import multipart from '@fastify/multipart';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { registerAuth } from './auth.js';
import { config } from './config.js';
import { startReminders } from './jobs/reminders.js';
import { chatRoutes } from './routes/chat.js';
import { inboundRoutes } from './routes/inbound.js';
import { receiptRoutes } from './routes/receipts.js';

const app = Fastify({ logger: true, bodyLimit: 100 * 1024 * 1024 });

await registerAuth(app);
await app.register(multipart, { limits: { fileSize: 100 * 1024 * 1024 } });
await app.register(fastifyStatic, { root: path.resolve('public') });
await app.register(chatRoutes, { prefix: '/api' });
await app.register(receiptRoutes, { prefix: '/api' });
await app.register(inboundRoutes, { prefix: '/hooks' });

app.get('/healthz', async () => ({ ok: true }));

startReminders();
await app.listen({ port: config.port, host: '0.0.0.0' });
