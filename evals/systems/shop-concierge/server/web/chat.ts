import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';

import type { Container } from '../container';
import { customerSession, type CustomerEnv } from './session';

const Question = z.object({ conversationId: z.number().int().positive().optional(), text: z.string().trim().min(1).max(2_000) });
const Rating = z.object({ rating: z.enum(['up', 'down']) });
const id = z.coerce.number().int().positive();

export function chatRoutes({ settings, conversations, concierge, memory }: Container) {
  const app = new Hono<CustomerEnv>();
  app.use(csrf(), customerSession(settings.SESSION_SECRET), bodyLimit({ maxSize: 16 * 1024 }));

  app.post('/chat', async (c) => {
    const { conversationId, text } = Question.parse(await c.req.json());
    const caller = c.get('caller');
    if (conversationId && !(await conversations.findFor(caller, conversationId))) throw new HTTPException(404);
    const chat = conversationId ?? (await conversations.start(caller));
    const reply = await concierge.reply(caller, chat, text);
    return c.json({ conversationId: chat, reply });
  });

  app.get('/chat/:id', async (c) => {
    const chat = await conversations.findFor(c.get('caller'), id.parse(c.req.param('id')));
    if (!chat) throw new HTTPException(404);
    return c.json({ conversationId: chat.id, turns: await conversations.turns(chat.id) });
  });

  app.post('/chat/:id/rating', async (c) => {
    const chat = await conversations.findFor(c.get('caller'), id.parse(c.req.param('id')));
    if (!chat) throw new HTTPException(404);
    await conversations.rate(chat.id, Rating.parse(await c.req.json()).rating);
    return c.body(null, 204);
  });

  app.get('/me/memory', async (c) => {
    const { customerId } = c.get('caller');
    if (!customerId) throw new HTTPException(401);
    return c.json(await memory.list(customerId));
  });

  app.delete('/me/memory/:id', async (c) => {
    const { customerId } = c.get('caller');
    if (!customerId) throw new HTTPException(401);
    await memory.forget(customerId, id.parse(c.req.param('id')));
    return c.body(null, 204);
  });

  return app;
}
