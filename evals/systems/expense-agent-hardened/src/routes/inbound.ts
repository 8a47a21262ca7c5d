import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Employee } from '../auth.js';
import { config } from '../config.js';
import { one } from '../db.js';
import { mayStillAsk } from '../lib/budget.js';
import { sendMail } from '../lib/mailer.js';
import { readReceipt, saveReceipt, TYPES } from '../lib/receipt.js';

const mailSchema = z.object({
  to: z.string().max(200),
  spf: z.enum(['pass', 'fail', 'none']),
  dkim: z.enum(['pass', 'fail', 'none']),
  automatic: z.boolean(),
  attachments: z.array(z.object({ contentType: z.string(), content: z.base64() })).max(5),
});

/** Mails to receipts+<token>@in.belegt.example, posted here and signed by the mail provider. */
export async function inboundRoutes(app: FastifyInstance) {
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: 15 * 1024 * 1024 }, (request, body, done) =>
    done(null, body),
  );

  app.post<{ Body: Buffer }>('/mail', async (request, reply) => {
    const sent = String(request.headers['x-timestamp'] ?? '');
    if (Math.abs(Date.now() / 1000 - Number(sent)) > 300) return reply.code(401).send();
    if (!signed(sent, request.body, String(request.headers['x-signature'] ?? ''))) return reply.code(401).send();

    const mail = mailSchema.parse(JSON.parse(request.body.toString('utf8')));
    const token = /^receipts\+([a-z0-9]{20})@/.exec(mail.to)?.[1];
    const employee = token && (await one<Employee>('select * from employees where mail_token = $1', [token]));
    if (!employee || mail.spf !== 'pass' || mail.dkim !== 'pass' || mail.automatic) return { ignored: true };

    let read = 0;
    for (const file of mail.attachments) {
      if (!TYPES.has(file.contentType) || !(await mayStillAsk(employee.company_id))) continue;
      const bytes = Buffer.from(file.content, 'base64');
      await saveReceipt(employee.id, await readReceipt(employee.company_id, bytes, file.contentType), bytes, file.contentType);
      read += 1;
    }
    if (read > 0) {
      await sendMail({
        to: employee.email,
        subject: 'Your receipts have arrived',
        text: `${read} receipts are in belegt. Open the chat to say what they were for.`,
      });
    }
    return { ok: true };
  });
}

function signed(sent: string, body: Buffer, signature: string): boolean {
  const expected = createHmac('sha256', config.inboundSecret).update(sent).update('.').update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
