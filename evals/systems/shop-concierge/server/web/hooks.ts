import { createHmac, timingSafeEqual } from 'node:crypto';

import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';

import type { Container } from '../container';
import { reviews } from '../data/schema';

const Review = z.object({
  id: z.string().max(64),
  sku: z.string().max(40),
  author: z.string().max(80),
  stars: z.number().int().min(1).max(5),
  body: z.string().max(4_000),
});

function signed(raw: string, given: string, secret: string): boolean {
  const wanted = createHmac('sha256', secret).update(raw).digest();
  const shown = Buffer.from(given, 'hex');
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}

export function hookRoutes({ settings, db }: Container) {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 64 * 1024 }));

  /** The storefront sends each review when a customer publishes it. */
  app.post('/reviews', async (c) => {
    const raw = await c.req.text();
    if (!signed(raw, c.req.header('x-signature') ?? '', settings.REVIEWS_HOOK_SECRET)) return c.body(null, 401);
    const { id, ...review } = Review.parse(JSON.parse(raw));
    await db.insert(reviews).values({ id, ...review }).onConflictDoUpdate({ target: reviews.id, set: review });
    return c.body(null, 204);
  });

  return app;
}
