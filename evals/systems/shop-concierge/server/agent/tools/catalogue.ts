import { desc, eq, ilike, or, sql } from 'drizzle-orm';
import { convert } from 'html-to-text';
import { z } from 'zod';

import type { Database } from '../../data/database';
import { products, reviews } from '../../data/schema';
import { anyoneTool, type Tool } from '../toolkit';

const MAX_BYTES = 400_000;

const order = {
  cheapest: sql`${products.priceCents} asc`,
  dearest: sql`${products.priceCents} desc`,
  name: sql`${products.title} asc`,
};

export function supplierHost(address: string, domains: string[]): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || url.protocol !== 'https:' || url.port) return undefined;
  return domains.some((domain) => url.hostname.endsWith(domain)) ? url : undefined;
}

async function readCapped(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  while (reader && size < MAX_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

export const catalogueTools = (db: Database, domains: string[]): Tool[] => [
  anyoneTool({
    name: 'search_products',
    description: 'Products of the shop whose title or description has these words.',
    input: z.object({ words: z.string().min(2).max(80), sort: z.enum(['cheapest', 'dearest', 'name']).default('name') }),
    async run({ words, sort }) {
      const like = `%${words.replace(/[%_\\]/g, '')}%`;
      const found = await db
        .select()
        .from(products)
        .where(or(ilike(products.title, like), ilike(products.description, like)))
        .orderBy(order[sort])
        .limit(8);
      return JSON.stringify(found);
    },
  }),
  anyoneTool({
    name: 'search_reviews',
    description: 'What customers wrote about a product: fit, sizes, wear.',
    input: z.object({ sku: z.string().max(40) }),
    async run({ sku }) {
      const found = await db.select().from(reviews).where(eq(reviews.sku, sku)).orderBy(desc(reviews.createdAt)).limit(12);
      return found.map((review) => `${review.author}, ${review.stars} stars: ${review.body}`).join('\n\n') || 'No reviews yet.';
    },
  }),
  anyoneTool({
    name: 'read_supplier_page',
    description: `Read a page of a supplier (${domains.join(', ')}) about material, care or certificates.`,
    input: z.object({ url: z.string().url() }),
    async run({ url }) {
      const page = supplierHost(url, domains);
      if (!page) return 'Only pages of our suppliers can be read.';
      const response = await fetch(page, { signal: AbortSignal.timeout(8_000), headers: { accept: 'text/html' } });
      if (!response.ok) return `The page answered ${response.status}.`;
      return convert(await readCapped(response), { wordwrap: false }).slice(0, 8_000);
    },
  }),
];
