import { config } from '../config.js';
import { one, rows } from '../db.js';

export async function mayStillAsk(companyId: number): Promise<boolean> {
  const today = await one<{ tokens: string }>(
    'select tokens from usage where company_id = $1 and day = current_date',
    [companyId],
  );
  return Number(today?.tokens ?? 0) < config.tokensPerDay;
}

export async function used(companyId: number, tokens: number): Promise<void> {
  await rows(
    `insert into usage (company_id, tokens) values ($1, $2)
     on conflict (company_id, day) do update set tokens = usage.tokens + excluded.tokens`,
    [companyId, tokens],
  );
}
