import { and, desc, eq } from 'drizzle-orm';

import type { Database } from './database';
import { orders, refunds } from './schema';

export type NewRefund = Pick<typeof refunds.$inferInsert, 'orderId' | 'conversationId' | 'amountCents' | 'reason' | 'riskScore' | 'riskNote'>;

export class RefundRepository {
  constructor(private readonly db: Database) {}

  async open(refund: NewRefund): Promise<number> {
    const [row] = await this.db.insert(refunds).values(refund).returning({ id: refunds.id });
    return row!.id;
  }

  async pending() {
    return this.db
      .select({ refund: refunds, orderNumber: orders.number, totalCents: orders.totalCents })
      .from(refunds)
      .innerJoin(orders, eq(orders.id, refunds.orderId))
      .where(eq(refunds.status, 'pending'))
      .orderBy(desc(refunds.createdAt));
  }

  async claim(id: number, decidedBy: string) {
    return this.decide(id, 'paying', decidedBy);
  }

  async reject(id: number, decidedBy: string) {
    return this.decide(id, 'rejected', decidedBy);
  }

  async paid(id: number): Promise<void> {
    await this.db.update(refunds).set({ status: 'paid' }).where(eq(refunds.id, id));
  }

  private async decide(id: number, status: 'paying' | 'rejected', decidedBy: string) {
    const [row] = await this.db
      .update(refunds)
      .set({ status, decidedBy, decidedAt: new Date() })
      .where(and(eq(refunds.id, id), eq(refunds.status, 'pending')))
      .returning();
    if (!row) return undefined;
    const [order] = await this.db.select({ number: orders.number }).from(orders).where(eq(orders.id, row.orderId));
    return { ...row, orderNumber: order!.number };
  }
}
