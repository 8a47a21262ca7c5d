import { tool } from 'ai';
import { z } from 'zod';
import type { Employee } from '../../auth.js';
import { rows } from '../../db.js';

export function noteTools(employee: Employee) {
  return {
    remember: tool({
      description: 'Writes down something worth knowing for later conversations in this company.',
      inputSchema: z.object({ text: z.string() }),
      execute: async ({ text }) => {
        await rows('insert into notes (company_id, text) values ($1, $2)', [employee.company_id, text]);
        return { ok: true };
      },
    }),
  };
}
