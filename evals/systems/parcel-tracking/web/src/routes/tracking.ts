import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { query } from '../db.js';
import { parcelModel } from '../models/parcel.js';
import { predict, sectionsAhead } from '../predict.js';
import { transform, type Scan } from '../transformer.js';

const numberSchema = z.string().regex(/^PX\d{8}$/);

export async function trackingRoutes(app: FastifyInstance) {
  app.get<{ Params: { number: string }; Querystring: { t?: string } }>(
    '/api/parcels/:number',
    { config: { rateLimit: { max: 10, timeWindow: '1 minute' } } },
    async (request, reply) => {
      const number = numberSchema.safeParse(request.params.number);
      const parcel = number.success ? await parcelModel.load(number.data) : undefined;
      if (!parcel) return reply.code(404).send();
      if (!same(request.query.t ?? '', parcel.token)) return { state: parcel.state };

      const scans = await query<Scan>('select at, place, kind, temperature from scans where number = $1 order by at', [
        parcel.number,
      ]);
      const route = await query<{ place: string }>('select place from route_of($1)', [parcel.number]);
      const now = new Date();
      const prediction = predict(now, await sectionsAhead(route.map((r) => r.place), now));
      return { state: parcel.state, scans: transform(scans), prediction };
    },
  );

  app.get<{ Querystring: { q?: string } }>('/api/suggest', async (request) => {
    const q = z.string().min(3).max(40).safeParse(request.query.q);
    if (!q.success) return [];
    const rows = await query<{ name: string }>("select name from streets where name ilike $1 || '%' order by name limit 8", [
      q.data.replace(/[%_\\]/g, '\\$&'),
    ]);
    return rows.map((r) => r.name);
  });
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
