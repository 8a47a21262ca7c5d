import { config } from '../config.js';

export interface Transfer {
  key: string;
  companyId: number;
  payee: string;
  iban: string;
  amount: string;
  reference: string;
}

export async function transfer(t: Transfer): Promise<{ id: string }> {
  const response = await fetch(`${config.fintrail.url}/transfers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${config.fintrail.key}`,
      'content-type': 'application/json',
      'idempotency-key': t.key,
    },
    body: JSON.stringify({
      account: `company-${t.companyId}`,
      creditor: { name: t.payee, iban: t.iban.replaceAll(' ', '') },
      amount: { value: t.amount, currency: 'EUR' },
      remittance: t.reference.slice(0, 140),
    }),
  });
  if (!response.ok) throw new Error(`bank said ${response.status}`);
  return (await response.json()) as { id: string };
}
