import { rows } from '../db.js';
import { sendMail } from '../lib/mailer.js';
import { euros } from '../lib/money.js';

const HOUR = 60 * 60 * 1000;

/** Mondays at 7: the sum per person to the managers. */
async function mondayMails(): Promise<void> {
  const now = new Date();
  if (now.getDay() !== 1 || now.getHours() !== 7) return;
  const managers = await rows<{ email: string; company_id: number }>(
    'select email, company_id from employees where is_manager',
  );
  for (const manager of managers) {
    const sums = await rows<{ name: string; sum: string }>(
      `select e.name, sum(c.amount) from claims c join employees e on e.id = c.employee_id
       where e.company_id = $1 and c.status = 'paid' and c.updated_at > now() - interval '7 days' group by e.name`,
      [manager.company_id],
    );
    if (sums.length === 0) continue;
    await sendMail({
      to: manager.email,
      subject: 'Expenses of last week',
      text: sums.map((s) => `${s.name}: ${euros(Number(s.sum))}`).join('\n'),
    });
  }
}

export function startReminders(): void {
  setInterval(() => void mondayMails(), HOUR).unref();
}
