import { rows } from '../db.js';

export async function audit(actor: string, action: string, claimId: number | null, detail: unknown): Promise<void> {
  await rows('select audit_add($1, $2, $3, $4)', [actor, action, claimId, JSON.stringify(detail)]);
}
