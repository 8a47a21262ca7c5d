import { z } from 'zod';

import type { Order, OrderRepository } from '../../data/orders';
import type { RefundRepository } from '../../data/refunds';
import type { CommerceClient } from '../../common/commerce';
import type { Llm } from '../llm';
import { customerTool, type Tool } from '../toolkit';

const ASSESS = `You judge how likely a refund request at a clothing shop is abuse.
Answer as JSON: {"score": number from 0 (harmless) to 1 (abuse), "note": one sentence}.`;

const Assessment = z.object({ score: z.number().min(0).max(1), note: z.string().max(500) });

export interface RefundParts {
  llm: Llm;
  orders: OrderRepository;
  refunds: RefundRepository;
  commerce: CommerceClient;
  autoCents: number;
}

async function assess(llm: Llm, order: Order, amountCents: number, reason: string) {
  const facts = `Order of ${order.totalCents} cents, ${order.status}. Asked back: ${amountCents} cents.\nReason given: ${reason}`;
  const parsed = Assessment.safeParse(await llm.json(ASSESS, facts));
  return parsed.success ? parsed.data : { score: 1, note: 'no usable assessment' };
}

export const refundTools = ({ llm, orders, refunds, commerce, autoCents }: RefundParts): Tool[] => [
  customerTool({
    name: 'refund_order',
    description: 'Refund an order, or a part of it, to the way it was paid.',
    input: z.object({
      number: z.string().max(20),
      amountCents: z.number().int().positive(),
      reason: z.string().min(5).max(600),
    }),
    async run({ number, amountCents, reason }, customer, conversationId) {
      const order = await orders.findOwn(customer.customerId, number);
      if (!order) return 'No such order.';
      if (amountCents > order.totalCents) return 'That is more than the order cost.';

      const { score, note } = await assess(llm, order, amountCents, reason);
      const id = await refunds.open({ orderId: order.id, conversationId, amountCents, reason, riskScore: score, riskNote: note });
      if (amountCents <= autoCents && score < 0.4) {
        await refunds.claim(id, 'auto');
        await commerce.refund(order.number, amountCents, `refund-${id}`);
        await refunds.paid(id);
        return `Refund ${id} is on its way.`;
      }
      return `Refund ${id} was handed to a colleague, who decides within one working day.`;
    },
  }),
];
