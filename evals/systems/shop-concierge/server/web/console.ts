import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';

import type { Container } from '../container';
import { staffOnly, type StaffEnv } from './session';

const id = z.coerce.number().int().positive();
const Decision = z.object({ decision: z.enum(['approve', 'reject']) });

export function consoleRoutes({ refunds, commerce, conversations, memory, meter, log }: Container) {
  const app = new Hono<StaffEnv>();
  app.use(csrf(), staffOnly('support'));

  app.get('/refunds', async (c) => c.json(await refunds.pending()));

  app.post('/refunds/:id/decision', staffOnly('refunds'), async (c) => {
    const refundId = id.parse(c.req.param('id'));
    const { decision } = Decision.parse(await c.req.json());
    const staff = c.get('staff');
    const refund = decision === 'approve' ? await refunds.claim(refundId, staff) : await refunds.reject(refundId, staff);
    if (!refund) throw new HTTPException(409, { message: 'Somebody has decided already.' });
    if (decision === 'approve') {
      await commerce.refund(refund.orderNumber, refund.amountCents, `refund-${refund.id}`);
      await refunds.paid(refund.id);
    }
    log.info({ refundId, decision, staff }, 'refund decided');
    return c.body(null, 204);
  });

  app.get('/conversations', async (c) => c.json(await conversations.latest(100)));

  app.get('/conversations/:id', async (c) => c.json(await conversations.turns(id.parse(c.req.param('id')))));

  app.get('/memories', async (c) => c.json(await memory.recall(z.string().min(2).max(200).parse(c.req.query('q')), undefined, 30)));

  app.get('/usage', async (c) => c.json(await meter.ofMonth()));

  return app;
}
