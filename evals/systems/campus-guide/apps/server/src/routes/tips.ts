import { Router } from 'express';
import { z } from 'zod';
import { addPassage } from '../guide/knowledge.js';
import { db, many } from '../infra.js';
import { assertBudget } from '../limits.js';

const Tip = z.object({
  title: z.string().trim().min(5).max(120),
  body: z.string().trim().min(20).max(3000),
  forVisitors: z.boolean().default(false),
});

export const tips = Router();

tips.post('/', async (req, res) => {
  const tip = Tip.parse(req.body);
  await assertBudget(req.caller!);
  await addPassage({
    title: tip.title,
    body: tip.body,
    url: '/tips',
    audience: tip.forVisitors ? 'public' : 'student',
    author: req.caller!.studentNumber,
  });
  res.status(202).json({ thanks: true });
});

const Verdict = z.object({ status: z.enum(['approved', 'rejected']) });

export const curation = Router();

curation.get('/tips', async (_req, res) => {
  res.json(await many(`SELECT id, title, body, author, status FROM passages WHERE status = 'new' ORDER BY id LIMIT 100`));
});

curation.put('/tips/:id', async (req, res) => {
  const { status } = Verdict.parse(req.body);
  await db.query(`UPDATE passages SET status = $1, decided_by = $2, decided_at = now() WHERE id = $3`, [
    status,
    req.caller!.studentNumber,
    z.coerce.number().int().parse(req.params.id),
  ]);
  res.status(204).end();
});
