import type { Employee } from '../auth.js';
import { rows } from '../db.js';

export const CATEGORIES = ['meal', 'hotel', 'train', 'taxi', 'flight', 'supplies', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];

const MOST: Record<Category, number> = { meal: 60, hotel: 220, train: 300, taxi: 80, flight: 900, supplies: 150, other: 50 };

export interface Verdict {
  ok: boolean;
  notes: string[];
}

export async function check(
  employee: Employee,
  receipt: { id: number; total: string; currency: string; issued_on: string; sha256: string },
  category: Category,
): Promise<Verdict> {
  const notes: string[] = [];
  if (receipt.currency !== 'EUR') notes.push('not in EUR');
  if (Number(receipt.total) > MOST[category]) notes.push(`above ${MOST[category]} EUR for ${category}`);
  const age = (Date.now() - Date.parse(receipt.issued_on)) / 86_400_000;
  if (!(age >= 0 && age < 90)) notes.push('older than 90 days or in the future');
  const twins = await rows(
    `select 1 from receipts r join employees e on e.id = r.employee_id join claims c on c.receipt_id = r.id
     where e.company_id = $1 and r.sha256 = $2 and c.status <> 'rejected'`,
    [employee.company_id, receipt.sha256],
  );
  if (twins.length > 0) notes.push('the same picture was claimed before');
  return { ok: notes.length === 0, notes };
}
