import { and, eq, gte, lt } from 'drizzle-orm';

import type { Database } from '../data/database';
import { answers } from '../data/schema';

const DAY = 86_400_000;

const normalise = (question: string) => question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Replies to first questions that were answered without a tool: opening hours, washing, returns. */
export class AnswerBook {
  constructor(private readonly db: Database) {}

  async find(question: string): Promise<string | undefined> {
    const [row] = await this.db
      .select({ reply: answers.reply })
      .from(answers)
      .where(and(eq(answers.question, normalise(question)), gte(answers.createdAt, new Date(Date.now() - DAY))))
      .limit(1);
    return row?.reply;
  }

  async keep(question: string, reply: string): Promise<void> {
    await this.db
      .insert(answers)
      .values({ question: normalise(question), reply })
      .onConflictDoUpdate({ target: answers.question, set: { reply, createdAt: new Date() } });
  }

  async deleteBefore(limit: Date): Promise<void> {
    await this.db.delete(answers).where(lt(answers.createdAt, limit));
  }
}
