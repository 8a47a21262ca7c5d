import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

import * as schema from './schema';

export function openDatabase(url: string) {
  const connection = postgres(url, { max: 10, idle_timeout: 30 });
  return { db: drizzle(connection, { schema }), close: () => connection.end({ timeout: 5 }) };
}

export type Database = ReturnType<typeof openDatabase>['db'];
