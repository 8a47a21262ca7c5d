import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { query } from '../db.js';

export const agentSchema = z.object({ id: z.number(), name: z.string(), street: z.string(), zip: z.string(), opening_hours: z.string() });
export type Agent = z.infer<typeof agentSchema>;

// "id:sha256 of the agent's token", one a line
const keys = new Map(
  readFileSync(process.env.AGENT_KEYS_FILE ?? '/run/secrets/agent_keys', 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':') as [string, string]),
);

/** Pickup agents of a postcode, or of its first three digits. */
export async function agentsNear(zip: string): Promise<Agent[]> {
  const rows = await query(
    'select * from agents where zip = $1 or left(zip, 3) = left($1, 3) order by zip = $1 desc, name limit 10',
    [zip],
  );
  return rows.map((row) => agentSchema.parse(row));
}

export function isAgent(id: number, authorization: string | undefined): boolean {
  const expected = keys.get(String(id));
  const token = /^Bearer (\S{32,})$/.exec(authorization ?? '')?.[1];
  if (!expected || !token) return false;
  const given = createHash('sha256').update(token).digest();
  return timingSafeEqual(given, Buffer.from(expected, 'hex'));
}
