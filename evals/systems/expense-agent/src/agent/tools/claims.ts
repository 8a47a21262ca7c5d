import { tool } from 'ai';
import { z } from 'zod';
import type { Employee } from '../../auth.js';
import { one, rows } from '../../db.js';

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
      description: 'What stands on a receipt, with its full text.',
      inputSchema: z.object({ receiptId: z.number().int() }),
      execute: async ({ receiptId }) =>
        one(
          `select id, merchant, issued_on, total, currency, vat, iban, full_text from receipts
           where id = $1 and employee_id = $2`,
          [receiptId, employee.id],
        ),
    }),

    createClaim: tool({
      description: 'Opens a claim for a receipt.',
      inputSchema: z.object({
        receiptId: z.number().int().nullable(),
        amount: z.number(),
        purpose: z.string(),
      }),
      execute: async ({ receiptId, amount, purpose }) =>
        one('insert into claims (employee_id, receipt_id, amount, purpose) values ($1, $2, $3, $4) returning id', [
          employee.id,
          receiptId,
          amount,
          purpose,
        ]),
    }),

    decideClaim: tool({
      description: 'Approves or rejects a claim.',
      inputSchema: z.object({ claimId: z.number().int(), decision: z.enum(['approved', 'rejected']) }),
      execute: async ({ claimId, decision }) =>
        one('update claims set status = $2, updated_at = now() where id = $1 returning id, status', [
          claimId,
          decision,
        ]),
    }),
  };
}
