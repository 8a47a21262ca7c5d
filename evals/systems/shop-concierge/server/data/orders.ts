import { and, desc, eq } from 'drizzle-orm';

import type { Database } from './database';
import { orders } from './schema';

export interface Address {
  street: string;
  postcode: string;
  city: string;
}

export type Order = typeof orders.$inferSelect;

export class OrderRepository {
  constructor(private readonly db: Database) {}

  async recent(customerId: number, limit = 5): Promise<Order[]> {
    return this.db.select().from(orders).where(eq(orders.customerId, customerId)).orderBy(desc(orders.createdAt)).limit(limit);
  }

  async findOwn(customerId: number, number: string): Promise<Order | undefined> {
    const [order] = await this.db
      .select()
      .from(orders)
      .where(and(eq(orders.number, number), eq(orders.customerId, customerId)))
      .limit(1);
    return order;
  }

  async findByNumber(number: string): Promise<Order | undefined> {
    const [order] = await this.db.select().from(orders).where(eq(orders.number, number)).limit(1);
    return order;
  }

  async readdress(id: number, to: Address): Promise<void> {
    await this.db.update(orders).set(to).where(eq(orders.id, id));
  }
}
