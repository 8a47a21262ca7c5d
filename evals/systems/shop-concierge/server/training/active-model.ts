import { eq } from 'drizzle-orm';

import type { Database } from '../data/database';
import { appState } from '../data/schema';

const KEY = 'chat-model';

export class ActiveModel {
  constructor(
    private readonly db: Database,
    private readonly fallback: string,
  ) {}

  async name(): Promise<string> {
    const [row] = await this.db.select().from(appState).where(eq(appState.key, KEY));
    return row?.value ?? this.fallback;
  }

  async set(model: string): Promise<void> {
    await this.db
      .insert(appState)
      .values({ key: KEY, value: model })
      .onConflictDoUpdate({ target: appState.key, set: { value: model, updatedAt: new Date() } });
  }
}
