import { tool } from 'ai';
import { z } from 'zod';
import type { Employee } from '../../auth.js';
import { one, rows } from '../../db.js';
import { audit } from '../../lib/audit.js';
import { CATEGORIES, check } from '../../lib/rules.js';
import { MODEL } from '../model.js';
import { PROMPT_VERSION } from '../prompt.js';

interface ReceiptRow {
  id: number;
  merchant: string;
  issued_on: string;
  total: string;
  currency: string;
  sha256: string;
  full_text: string;
}

const ownReceipt = (id: number, employee: Employee) =>
  one<ReceiptRow>(
    `select id, merchant, issued_on::text, total, currency, sha256, full_text from receipts
     where id = $1 and employee_id = $2`,
    [id, employee.id],
  );

export function claimTools(employee: Employee) {
  return {
    listClaims: tool({
      description: 'Claims of the employee, newest first.',
      inputSchema: z.object({}),
      execute: async () =>
        rows(
          'select id, amount, purpose, status, updated_at from claims where employee_id = $1 order by id desc limit 50',
          [employee.id],
        ),
    }),

    openReceipt: tool({
      description: 'What stands on a receipt of the employee.',
      inputSchema: z.object({ receiptId: z.number().int() }),
      execute: async ({ receiptId }) => {
        const receipt = await ownReceipt(receiptId, employee);
        if (!receipt) return { error: 'no such receipt' };
        const { full_text, sha256: _, ...facts } = receipt;
        return { ...facts, receiptText: full_text.slice(0, 4000) };
      },
    }),

    prepareClaim: tool({
      description: 'Puts a claim for a receipt before a manager. The amount is the one on the receipt.',
      inputSchema: z.object({
        receiptId: z.number().int(),
        category: z.enum(CATEGORIES),
        purpose: z.string().max(200).describe('in the words of the employee'),
        reason: z.string().max(400).describe('why it is within the policy, or what is unusual'),
      }),
      execute: async ({ receiptId, category, purpose, reason }) => {
        const receipt = await ownReceipt(receiptId, employee);
        if (!receipt) return { error: 'no such receipt' };
        const verdict = await check(employee, receipt, category);
        const claim = await one<{ id: number }>(
          `insert into claims (employee_id, receipt_id, category, amount, purpose, reason, verdict, model, prompt_version)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
          [employee.id, receipt.id, category, receipt.total, purpose, reason, verdict, MODEL, PROMPT_VERSION],
        );
        await audit(employee.email, 'prepared', claim!.id, { receipt: receipt.sha256, verdict, reason, model: MODEL });
        return { claim: claim!.id, verdict };
      },
    }),
  };
}
