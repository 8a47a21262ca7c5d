import type { FastifyInstance } from 'fastify';
import { currentEmployee } from '../auth.js';
import { rows } from '../db.js';
import { readReceipt, saveReceipt } from '../lib/receipt.js';

export async function receiptRoutes(app: FastifyInstance) {
  app.post('/receipts', async (request, reply) => {
    const employee = await currentEmployee(request);
    const part = await request.file();
    if (!part) return reply.code(400).send({ error: 'no file' });
    const bytes = await part.toBuffer();
    const receipt = await readReceipt(bytes, part.mimetype);
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
