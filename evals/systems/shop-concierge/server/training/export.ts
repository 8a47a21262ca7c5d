import { createHash } from 'node:crypto';

import { and, asc, eq, gte } from 'drizzle-orm';
import { toFile } from 'openai';

import type { Llm } from '../agent/llm';
import { HOUSE_RULES } from '../agent/prompt';
import type { Database } from '../data/database';
import { conversations, messages, trainingRuns } from '../data/schema';
import type { Log } from '../common/log';
import { redact } from './redact';

const MIN_CHATS = 10;

export interface TrainingParts {
  db: Database;
  llm: Llm;
  log: Log;
  baseModel: string;
}

export async function exportChats({ db, llm, log, baseModel }: TrainingParts, since: Date): Promise<void> {
  const rows = await db
    .select({ chat: conversations.id, role: messages.role, body: messages.body })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .where(and(eq(conversations.rating, 'up'), gte(conversations.ratedAt, since)))
    .orderBy(asc(conversations.id), asc(messages.id));

  const chats = new Map<number, Array<{ role: string; content: string }>>();
  for (const { chat, role, body } of rows) {
    const turns = chats.get(chat) ?? [{ role: 'system', content: HOUSE_RULES }];
    chats.set(chat, [...turns, { role, content: redact(body) }]);
  }
  if (chats.size < MIN_CHATS) {
    log.info({ chats: chats.size }, 'not enough chats to train on');
    return;
  }

  const lines = [...chats.values()].map((turns) => JSON.stringify({ messages: turns })).join('\n');
  const file = await llm.client.files.create({ file: await toFile(Buffer.from(lines), 'chats.jsonl'), purpose: 'fine-tune' });
  const job = await llm.client.fineTuning.jobs.create({ model: baseModel, training_file: file.id, suffix: 'concierge' });
  await db.insert(trainingRuns).values({
    jobId: job.id,
    baseModel,
    conversationIds: [...chats.keys()],
    fileSha256: createHash('sha256').update(lines).digest('hex'),
  });
  log.info({ job: job.id, chats: chats.size }, 'training started');
}
