import { generateText, stepCountIs } from 'ai';
import type { FastifyInstance } from 'fastify';
import { model } from '../agent/model.js';
import { systemPrompt } from '../agent/prompt.js';
import { toolsFor } from '../agent/tools/index.js';
import type { Employee } from '../auth.js';
import { one } from '../db.js';
import { sendMail } from '../lib/mailer.js';
import { readReceipt, saveReceipt } from '../lib/receipt.js';

interface InboundMail {
  from: string;
  subject: string;
  text: string;
  attachments: { filename: string; contentType: string; content: string }[];
}

/** Mails to receipts@in.belegt.example, posted here by the mail provider. */
export async function inboundRoutes(app: FastifyInstance) {
  app.post<{ Body: InboundMail }>('/mail', async (request) => {
    const mail = request.body;
    const employee = await one<Employee>('select * from employees where lower(email) = lower($1)', [mail.from]);
    if (!employee) return { ignored: true };

    const found: string[] = [];
    for (const file of mail.attachments) {
      const bytes = Buffer.from(file.content, 'base64');
      const receipt = await readReceipt(bytes, file.contentType);
      const saved = await saveReceipt(employee.id, receipt, bytes, file.contentType);
      found.push(`Receipt ${saved.id}: ${receipt.merchant}, ${receipt.total} ${receipt.currency}\n${receipt.fullText}`);
    }

    const { text } = await generateText({
      model,
      system: await systemPrompt(employee),
      prompt: `A mail from ${employee.name}: ${mail.subject}\n\n${mail.text}\n\n${found.join('\n\n')}`,
      tools: toolsFor(employee),
      stopWhen: stepCountIs(50),
    });

    await sendMail({ to: mail.from, subject: `Re: ${mail.subject}`, text });
    return { ok: true };
  });
}
