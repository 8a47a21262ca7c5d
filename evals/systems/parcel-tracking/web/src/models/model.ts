import type { z } from 'zod';
import { query } from '../db.js';

/** What all models share: a table, a schema, and how to load one. */
export class Model<T extends z.ZodType> {
  constructor(
    private readonly table: 'parcels' | 'agents' | 'scans',
    private readonly key: string,
    readonly schema: T,
  ) {}

  async load(id: string | number): Promise<z.infer<T> | undefined> {
    const [row] = await query(`select * from ${this.table} where ${this.key} = $1`, [id]);
    return row && this.schema.parse(row);
  }
}
