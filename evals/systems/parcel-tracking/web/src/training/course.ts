import { randomInt } from 'node:crypto';
import { query } from '../db.js';

export interface Question {
  prompt: string;
  answers: string[];
  right: number;
}

/** Ten of the pool, in random order. */
export function sample(pool: Question[], n = 10): Question[] {
  const rest = [...pool];
  return Array.from({ length: Math.min(n, pool.length) }, () => rest.splice(randomInt(rest.length), 1)[0]);
}

export function score(questions: Question[], given: number[]): number {
  return questions.filter((q, i) => q.right === given[i]).length;
}

export async function record(driver: number, points: number): Promise<void> {
  await query('insert into training_results (driver_id, score) values ($1, $2)', [driver, points]);
}
