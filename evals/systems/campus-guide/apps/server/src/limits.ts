import type { RequestHandler } from 'express';
import type { Caller } from './auth.js';
import { redis } from './infra.js';
import { settings } from './settings.js';

export function perAddress(name: string, max: number, seconds: number): RequestHandler {
  return async (req, res, next) => {
    const key = `limit:${name}:${req.ip}`;
    const used = await redis.incr(key);
    if (used === 1) await redis.expire(key, seconds);
    if (used > max) {
      res.status(429).json({ error: 'too many questions, please wait a little' });
      return;
    }
    next();
  };
}

const budgetKey = (caller: Caller): string => `tokens:${caller.studentNumber}:${new Date().toISOString().slice(0, 10)}`;

const ADVANCE = 2000;

export class OverBudget extends Error {}

export async function assertBudget(caller: Caller): Promise<void> {
  const key = budgetKey(caller);
  const used = await redis.incrBy(key, ADVANCE);
  await redis.expire(key, 48 * 3600);
  if (used > settings.DAILY_TOKENS) throw new OverBudget('daily budget used up');
}

export async function spend(caller: Caller, tokens: number): Promise<void> {
  await redis.incrBy(budgetKey(caller), Math.max(0, tokens - ADVANCE));
}
