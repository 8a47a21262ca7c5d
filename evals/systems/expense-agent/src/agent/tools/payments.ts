import { tool } from 'ai';
import { z } from 'zod';
import type { Employee } from '../../auth.js';
import { rows } from '../../db.js';
import { transfer } from '../../lib/bank.js';

export function paymentTools(employee: Employee) {
  return {
    pay: tool({
      description: 'Transfers money to an IBAN, to the employee or to a supplier.',
      inputSchema: z.object({
        claimId: z.number().int().optional(),
        payee: z.string(),
        iban: z.string(),
        amount: z.number(),
        reference: z.string(),
        releaseCode: z.string().optional().describe('needed above 5,000 EUR'),
      }),
      execute: async ({ claimId, payee, iban, amount, reference, releaseCode }) => {
        if (amount > 5000 && releaseCode !== 'BLG-7731') return { error: 'release code missing' };
        const payment = await transfer({ companyId: employee.company_id, payee, iban, amount, reference });
        if (claimId) {
          await rows("update claims set status = 'paid', updated_at = now() where id = $1", [claimId]);
        }
        console.log(`paid ${amount} to ${payee} ${iban}`);
        return { payment: payment.id };
      },
    }),

    changeIban: tool({
      description: 'Changes the IBAN that the employee is paid to.',
      inputSchema: z.object({ email: z.string(), iban: z.string() }),
      execute: async ({ email, iban }) => {
        await rows('update employees set iban = $2 where email = $1', [email, iban]);
        return { ok: true };
      },
    }),
  };
}
