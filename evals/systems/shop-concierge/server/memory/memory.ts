import { and, cosineDistance, eq } from 'drizzle-orm';

import type { Llm, Message } from '../agent/llm';
import type { Database } from '../data/database';
import { memories } from '../data/schema';

const EXTRACT = `Read a conversation of a shop's assistant. List what is worth remembering about this customer for the next
time: sizes, allergies, tastes, agreements that were made. Answer as JSON: {"facts": [short sentences]}, at most five.`;

const transcript = (messages: Message[]) =>
  messages
    .filter((message) => message.role !== 'system' && typeof message.content === 'string')
    .map((message) => `${message.role}: ${message.content}`)
    .join('\n')
    .slice(-12_000);

export class MemoryBook {
  constructor(
    private readonly db: Database,
    private readonly llm: Llm,
  ) {}

  /** The facts nearest to a text, of one customer or, for the search in the console, of all. */
  async recall(text: string, customerId?: number, limit = 6): Promise<string[]> {
    const near = await this.llm.embed(text);
    const rows = await this.db
      .select({ fact: memories.fact })
      .from(memories)
      .where(customerId ? eq(memories.customerId, customerId) : undefined)
      .orderBy(cosineDistance(memories.embedding, near))
      .limit(limit);
    return rows.map((row) => row.fact);
  }

  async learn(customerId: number, messages: Message[]): Promise<void> {
    const { facts } = await this.llm.json(EXTRACT, transcript(messages));
    if (!Array.isArray(facts)) return;
    for (const fact of facts.slice(0, 5)) {
      const sentence = String(fact).slice(0, 300);
      await this.db.insert(memories).values({ customerId, fact: sentence, embedding: await this.llm.embed(sentence) });
    }
  }

  async list(customerId: number) {
    return this.db
      .select({ id: memories.id, fact: memories.fact })
      .from(memories)
      .where(eq(memories.customerId, customerId));
  }

  async forget(customerId: number, id: number): Promise<void> {
    await this.db.delete(memories).where(and(eq(memories.id, id), eq(memories.customerId, customerId)));
  }
}
