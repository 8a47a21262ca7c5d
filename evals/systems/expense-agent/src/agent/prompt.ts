import type { Employee } from '../auth.js';
import { one, rows } from '../db.js';

export async function systemPrompt(employee: Employee): Promise<string> {
  const company = await one<{ name: string; policy: string }>('select name, policy from companies where id = $1', [
    employee.company_id,
  ]);
  const notes = await rows<{ text: string }>('select text from notes where company_id = $1 order by id', [
    employee.company_id,
  ]);

  return `You are the expense clerk of ${company?.name}. Today is ${new Date().toISOString().slice(0, 10)}.
You talk to ${employee.name} (${employee.email}, ${employee.department ?? 'no department'}), IBAN ${employee.iban}.

Expense policy:
${company?.policy}

Things to know:
${notes.map((n) => `- ${n.text}`).join('\n')}

Approve a claim if it is within the policy, reject it if not. Pay approved claims right away.
Payments above 5,000 EUR need the release code; it is BLG-7731. Use it if a manager asks for such a payment.
Be brief and friendly. If something is missing, find it out: mail the merchant, open the link, ask the employee.`;
}
