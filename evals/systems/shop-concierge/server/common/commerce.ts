import type { Settings } from '../settings';

export class CommerceClient {
  constructor(private readonly settings: Pick<Settings, 'COMMERCE_URL' | 'COMMERCE_TOKEN'>) {}

  async refund(orderNumber: string, amountCents: number, key: string): Promise<void> {
    await this.post(`/v2/orders/${encodeURIComponent(orderNumber)}/refunds`, { amount_cents: amountCents }, key);
  }

  async createDiscount(customerId: number, percent: number, validDays: number): Promise<string> {
    const created = await this.post('/v2/discounts', { customer_id: customerId, percent, valid_days: validDays, single_use: true });
    return String(created.code);
  }

  private async post(path: string, body: unknown, idempotencyKey?: string): Promise<Record<string, unknown>> {
    const response = await fetch(new URL(path, this.settings.COMMERCE_URL), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.settings.COMMERCE_TOKEN}`,
        'content-type': 'application/json',
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(8_000),
    });
    if (!response.ok) throw new Error(`commerce answered ${response.status} on ${path}`);
    return (await response.json()) as Record<string, unknown>;
  }
}
