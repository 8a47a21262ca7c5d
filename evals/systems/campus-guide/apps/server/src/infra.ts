import pg from 'pg';
import { createClient } from 'redis';
import { log } from './log.js';
import { settings } from './settings.js';

export const db = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 12, statement_timeout: 10_000 });

export const redis = createClient({ url: settings.REDIS_URL });
redis.on('error', (error: Error) => log.error({ message: error.message }, 'redis'));

export async function many<T>(text: string, values: unknown[] = []): Promise<T[]> {
  const result = await db.query(text, values);
  return result.rows as T[];
}

export async function one<T>(text: string, values: unknown[] = []): Promise<T | undefined> {
  return (await many<T>(text, values))[0];
}
