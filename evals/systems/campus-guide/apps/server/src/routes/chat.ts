import { Router } from 'express';
import { z } from 'zod';
import { appendTurns, createConversation, lastTurns } from '../conversations.js';
import { runLoop } from '../guide/loop.js';
import { studentPrompt } from '../guide/prompt.js';
import { studentToolbox } from '../guide/tools.js';
import { assertBudget, spend } from '../limits.js';
import { log } from '../log.js';
import { settings } from '../settings.js';
import { openStream } from './sse.js';

const MODELS = { thorough: settings.GUIDE_MODEL, quick: settings.QUICK_MODEL } as const;

const Ask = z.object({
  conversationId: z.coerce.number().int().positive().optional(),
  question: z.string().trim().min(1).max(4000),
  mode: z.enum(['thorough', 'quick']).default('thorough'),
});

export const chat = Router();

chat.post('/', async (req, res) => {
  const ask = Ask.parse(req.body);
  const caller = req.caller!;
  await assertBudget(caller);

  const conversationId = ask.conversationId ?? (await createConversation(caller.studentNumber, ask.question));
  const history = await lastTurns(conversationId, 16);
  const toolbox = await studentToolbox(caller);
  const gone = new AbortController();
  res.on('close', () => gone.abort());

  const stream = openStream(res);
  stream.send('start', { conversationId });
  try {
    const { answer, tokens } = await runLoop(
      MODELS[ask.mode],
      [
        { role: 'system', content: await studentPrompt(caller) },
        ...history,
        { role: 'user', content: ask.question },
      ],
      toolbox,
      { text: (piece) => stream.send('text', piece), tool: (name) => stream.send('tool', name) },
      gone.signal,
    );
    await spend(caller, tokens);
    await appendTurns(conversationId, ask.question, answer);
    log.info({ conversationId, tokens, mode: ask.mode }, 'answered');
    stream.send('done', { conversationId });
  } catch (error) {
    log.error({ conversationId, name: (error as Error).name }, 'chat failed');
    stream.send('failed', { message: 'Sorry, that did not work.' });
  } finally {
    await toolbox.close();
    stream.end();
  }
});
