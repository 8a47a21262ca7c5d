import { and, desc, eq, sql } from 'drizzle-orm';
import { HTTPException } from 'hono/http-exception';

import type { Caller } from '../agent/toolkit';
import type { Database } from '../data/database';
import { usage } from '../data/schema';

const month = () => new Date().toISOString().slice(0, 7);

const account = (caller: Caller) => (caller.customerId ? `customer:${caller.customerId}` : 'guest');

export class Meter {
  constructor(
    private readonly db: Database,
    private readonly monthlyTokens: number,
  ) {}

  async assertBudget(caller: Caller): Promise<void> {
    if (!caller.customerId) return;
    const [row] = await this.db
      .select()
      .from(usage)
      .where(and(eq(usage.month, month()), eq(usage.account, account(caller))));
    if (row && row.promptTokens + row.completionTokens >= this.monthlyTokens) {
      throw new HTTPException(429, { message: 'The chat is at its limit for this month.' });
    }
  }

  async record(caller: Caller, spent?: { prompt_tokens: number; completion_tokens: number }): Promise<void> {
    if (!spent) return;
    await this.db
      .insert(usage)
      .values({ month: month(), account: account(caller), promptTokens: spent.prompt_tokens, completionTokens: spent.completion_tokens })
      .onConflictDoUpdate({
        target: [usage.month, usage.account],
        set: {
          promptTokens: sql`${usage.promptTokens} + ${spent.prompt_tokens}`,
          completionTokens: sql`${usage.completionTokens} + ${spent.completion_tokens}`,
        },
      });
  }

  async ofMonth(limit = 50) {
    return this.db.select().from(usage).where(eq(usage.month, month())).orderBy(desc(usage.promptTokens)).limit(limit);
  }
}
