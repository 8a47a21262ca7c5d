import { tool } from 'ai';
import { z } from 'zod';
import type { Employee } from '../../auth.js';
import { readReceipt, saveReceipt } from '../../lib/receipt.js';

export function webTools(employee: Employee) {
  return {
    openLink: tool({
      description: 'Opens a link. Receipts (PDF, picture) are read and saved, of pages the text is returned.',
      inputSchema: z.object({ url: z.url() }),
      execute: async ({ url }) => {
        const response = await fetch(url);
        const type = response.headers.get('content-type') ?? 'text/plain';
        if (type.startsWith('image/') || type === 'application/pdf') {
          const bytes = Buffer.from(await response.arrayBuffer());
          const receipt = await readReceipt(bytes, type);
          return saveReceipt(employee.id, receipt, bytes, type);
        }
        return (await response.text()).slice(0, 50_000);
      },
    }),
  };
}
