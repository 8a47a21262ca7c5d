import { generateObject } from 'ai';
import { z } from 'zod';
import { model } from '../agent/model.js';
import { one } from '../db.js';

export const receiptSchema = z.object({
  merchant: z.string(),
  issuedOn: z.string().describe('ISO date'),
  total: z.number(),
  currency: z.string().length(3),
  vat: z.number().nullable(),
  iban: z.string().nullable(),
  fullText: z.string().describe('all text on the receipt'),
});

export type Receipt = z.infer<typeof receiptSchema>;

export async function readReceipt(bytes: Buffer, mediaType: string): Promise<Receipt> {
  const { object } = await generateObject({
    model,
    schema: receiptSchema,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Read this receipt.' },
          { type: 'file', data: bytes, mediaType },
        ],
      },
    ],
  });
  return object;
}

export async function saveReceipt(employeeId: number, r: Receipt, file: Buffer, mediaType: string) {
  const saved = await one<{ id: number }>(
    `insert into receipts (employee_id, merchant, issued_on, total, currency, vat, iban, full_text, file, media_type)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
    [employeeId, r.merchant, r.issuedOn, r.total, r.currency, r.vat, r.iban, r.fullText, file, mediaType],
  );
  return { id: saved!.id, ...r };
}
