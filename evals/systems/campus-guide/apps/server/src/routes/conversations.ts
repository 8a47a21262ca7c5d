import { Router } from 'express';
import { z } from 'zod';
import { conversationsOf, lastTurns, ownConversation } from '../conversations.js';
import { db } from '../infra.js';

const Id = z.coerce.number().int().positive();

export const conversations = Router();

conversations.get('/', async (req, res) => {
  res.json(await conversationsOf(req.caller!.studentNumber));
});

conversations.get('/:id', async (req, res) => {
  const found = await ownConversation(Id.parse(req.params.id), req.caller!.studentNumber);
  if (!found) {
    res.status(404).json({ error: 'not found' });
    return;
  }
  res.json({ ...found, turns: await lastTurns(Number(found.id), 200) });
});

conversations.delete('/:id', async (req, res) => {
  await db.query(`DELETE FROM conversations WHERE id = $1 AND owner = $2`, [
    Id.parse(req.params.id),
    req.caller!.studentNumber,
  ]);
  res.status(204).end();
});
