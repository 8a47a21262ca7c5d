import { createHmac, timingSafeEqual } from 'node:crypto';
import { Router, raw } from 'express';
import { z } from 'zod';
import { db } from '../infra.js';
import { settings } from '../settings.js';

const Notice = z.object({
  id: z.string().max(64),
  title: z.string().max(160),
  body: z.string().max(1200),
  until: z.iso.datetime(),
});

function signed(body: Buffer, header: string | undefined): boolean {
  const expected = createHmac('sha256', settings.NOTICES_SECRET).update(body).digest();
  const given = Buffer.from(header ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export const hooks = Router();

hooks.post('/notices', raw({ type: 'application/json', limit: '32kb' }), async (req, res) => {
  if (!Buffer.isBuffer(req.body) || !signed(req.body, req.get('x-facilities-signature'))) {
    res.status(401).end();
    return;
  }
  const notice = Notice.parse(JSON.parse(req.body.toString('utf8')));
  await db.query(
    `INSERT INTO notices (external_id, title, body, until) VALUES ($1, $2, $3, $4)
     ON CONFLICT (external_id) DO UPDATE SET title = $2, body = $3, until = $4`,
    [notice.id, notice.title, notice.body, notice.until],
  );
  res.status(204).end();
});
