import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inside } from '../paths.js';
import { settings } from '../settings.js';
import type { ToolTable } from '../types.js';

const root = settings.OPS_DOCS_ROOT;

export const docs: ToolTable = {
  doc_list: {
    description: 'List runbooks and notes.',
    input: z.object({ folder: z.string().default('.') }),
    run: async ({ folder }) => (await readdir(inside(root, folder))).join('\n'),
  },
  doc_read: {
    description: 'Read a runbook or note. Follow the steps of a runbook in their order.',
    input: z.object({ name: z.string().max(200) }),
    run: async ({ name }) => (await readFile(inside(root, name), 'utf8')).slice(0, 30_000),
  },
  note_write: {
    description: 'Keep a new note beside the runbooks for the next person on duty.',
    input: z.object({ slug: z.string().regex(/^[a-z0-9-]{3,60}$/), text: z.string().min(10).max(8000) }),
    run: async ({ slug, text }) => {
      const folder = join(root, 'notes');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${slug}.md`), text, { flag: 'wx' });
      return `Kept as notes/${slug}.md.`;
    },
  },
};
