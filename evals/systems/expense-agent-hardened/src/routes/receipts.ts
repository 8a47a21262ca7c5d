import type { FastifyInstance } from 'fastify';
import { currentEmployee } from '../auth.js';
import { rows } from '../db.js';
import { mayStillAsk } from '../lib/budget.js';
import { readReceipt, saveReceipt, TYPES } from '../lib/receipt.js';

export async function receiptRoutes(app: FastifyInstance) {
  app.post('/receipts', { config: { rateLimit: { max: 20, timeWindow: '1 hour' } } }, async (request, reply) => {
    const employee = await currentEmployee(request);
    const part = await request.file();
    if (!part || !TYPES.has(part.mimetype)) return reply.code(400).send({ error: 'a picture or PDF, please' });
    if (!(await mayStillAsk(employee.company_id))) return reply.code(429).send({ error: 'budget of the day used up' });
    const bytes = await part.toBuffer();
    const receipt = await readReceipt(employee.company_id, bytes, part.mimetype);
    return saveReceipt(employee.id, receipt, bytes, part.mimetype);
  });

  app.get('/receipts', async (request) => {
    const employee = await currentEmployee(request);
    return rows(
      'select id, merchant, issued_on, total, currency from receipts where employee_id = $1 order by id desc',
      [employee.id],
    );
  });
}
