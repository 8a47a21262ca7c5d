import { createHash } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import { runLoop } from '../guide/loop.js';
import { visitorPrompt } from '../guide/prompt.js';
import { visitorToolbox } from '../guide/tools.js';
import { db, redis } from '../infra.js';
import { perAddress } from '../limits.js';
import { settings } from '../settings.js';

const Ask = z.object({
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(2000) }))
    .min(1)
    .max(30),
});

const CACHE_SECONDS = 3600;

export const help = Router();

help.use(perAddress('help', 20, 600));

help.post('/ask', async (req, res) => {
  if (req.get('x-help-key') !== settings.HELP_WIDGET_KEY) {
    res.status(403).json({ error: 'unknown page' });
    return;
  }
  const { messages } = Ask.parse(req.body);
  const key = `help:${createHash('sha256').update(JSON.stringify(messages)).digest('hex')}`;
  const known = await redis.get(key);
  if (known) {
    res.json({ answer: known });
    return;
  }

  const { answer } = await runLoop(
    settings.QUICK_MODEL,
    [{ role: 'system', content: await visitorPrompt() }, ...messages],
    visitorToolbox(),
    { text: () => undefined, tool: () => undefined },
  );
  await redis.set(key, answer, { EX: CACHE_SECONDS });
  await db.query(`INSERT INTO help_questions (address, messages, answer) VALUES ($1, $2, $3)`, [
    req.ip,
    JSON.stringify(messages),
    answer,
  ]);
  res.json({ answer });
});
