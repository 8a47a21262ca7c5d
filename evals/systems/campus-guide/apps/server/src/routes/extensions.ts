import { Router } from 'express';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { campus } from '../guide/campus.js';
import { openai } from '../guide/llm.js';
import { db, many } from '../infra.js';
import { assertBudget, spend } from '../limits.js';
import { settings } from '../settings.js';

const Request = z.object({
  course: z.string().regex(/^[A-Z]{2,4}-\d{3}$/),
  days: z.number().int().min(1).max(14),
  reason: z.string().trim().min(20).max(2500),
});

const Verdict = z.object({ verdict: z.enum(['grant', 'refuse', 'refer']), days: z.number().int().min(0).max(14) });

const RULES = `You decide requests for a later hand-in date by the study regulations, section 14.
Illness, care of relatives and official duties are reasons. Work, travel and other exams are not.
Grant what is plain, refuse what is plainly no reason, refer the rest to the examinations office.`;

export const extensions = Router();

extensions.get('/', async (req, res) => {
  res.json(
    await many(`SELECT course, days, status, created_at FROM extensions WHERE student_number = $1 ORDER BY id DESC`, [
      req.caller!.studentNumber,
    ]),
  );
});

extensions.post('/', async (req, res) => {
  const request = Request.parse(req.body);
  const caller = req.caller!;
  await assertBudget(caller);

  const completion = await openai.chat.completions.parse({
    model: settings.QUICK_MODEL,
    messages: [
      { role: 'system', content: RULES },
      { role: 'user', content: `Course ${request.course}, ${request.days} days.\nReason: ${request.reason}` },
    ],
    response_format: zodResponseFormat(Verdict, 'verdict'),
    max_completion_tokens: 100,
  });
  await spend(caller, completion.usage?.total_tokens ?? 0);

  const decided = completion.choices[0]?.message.parsed ?? { verdict: 'refer' as const, days: 0 };
  if (decided.verdict === 'grant') await campus.grantExtension(caller.studentNumber, request.course, decided.days);
  await db.query(`INSERT INTO extensions (student_number, course, days, status) VALUES ($1, $2, $3, $4)`, [
    caller.studentNumber,
    request.course,
    decided.days,
    decided.verdict,
  ]);
  res.json({ status: decided.verdict, days: decided.days });
});
