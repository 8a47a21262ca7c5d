import { and, asc, desc, eq, isNull, lt } from 'drizzle-orm';

import type { Caller } from '../agent/toolkit';
import type { Database } from './database';
import { conversations, messages } from './schema';

export interface Turn {
  role: 'user' | 'assistant';
  body: string;
}

export class ConversationRepository {
  constructor(private readonly db: Database) {}

  async start(caller: Caller): Promise<number> {
    const [row] = await this.db
      .insert(conversations)
      .values({ customerId: caller.customerId ?? null })
      .returning({ id: conversations.id });
    return row!.id;
  }

  async findFor(caller: Caller, id: number) {
    const owner = caller.customerId ? eq(conversations.customerId, caller.customerId) : isNull(conversations.customerId);
    const [row] = await this.db
      .select()
      .from(conversations)
      .where(and(eq(conversations.id, id), owner))
      .limit(1);
    return row;
  }

  async latest(limit: number) {
    return this.db.select().from(conversations).orderBy(desc(conversations.id)).limit(limit);
  }

  async turns(id: number): Promise<Turn[]> {
    return this.db
      .select({ role: messages.role, body: messages.body })
      .from(messages)
      .where(eq(messages.conversationId, id))
      .orderBy(asc(messages.id));
  }

  async lastTurns(id: number, count: number): Promise<Turn[]> {
    const rows = await this.db
      .select({ role: messages.role, body: messages.body })
      .from(messages)
      .where(eq(messages.conversationId, id))
      .orderBy(desc(messages.id))
      .limit(count);
    return rows.reverse();
  }

  async append(id: number, question: string, reply: string): Promise<void> {
    await this.db.insert(messages).values([
      { conversationId: id, role: 'user', body: question },
      { conversationId: id, role: 'assistant', body: reply },
    ]);
  }

  async rate(id: number, rating: 'up' | 'down'): Promise<void> {
    await this.db.update(conversations).set({ rating, ratedAt: new Date() }).where(eq(conversations.id, id));
  }

  async deleteBefore(limit: Date): Promise<number> {
    const gone = await this.db.delete(conversations).where(lt(conversations.createdAt, limit)).returning({ id: conversations.id });
    return gone.length;
  }
}
