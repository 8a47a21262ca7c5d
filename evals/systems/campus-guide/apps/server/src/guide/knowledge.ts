import type { Caller } from '../auth.js';
import { db, many } from '../infra.js';
import { embed } from './llm.js';

export type Audience = 'public' | 'student' | 'staff';

export interface Passage {
  id: string;
  title: string;
  url: string;
  body: string;
}

export function audiencesOf(caller?: Caller): Audience[] {
  if (!caller) return [];
  return caller.roles.includes('staff') ? ['public', 'student', 'staff'] : ['public', 'student'];
}

export async function search(question: string, audiences: Audience[], limit = 5): Promise<Passage[]> {
  const vector = JSON.stringify(await embed(question));
  const values: unknown[] = [vector, limit];
  let where = `status <> 'rejected'`;
  if (audiences.length > 0) {
    values.push(audiences);
    where += ` AND audience = ANY($3)`;
  }
  return many<Passage>(
    `SELECT id, title, url, body FROM passages WHERE ${where} ORDER BY embedding <=> $1::vector LIMIT $2`,
    values,
  );
}

export interface NewPassage {
  title: string;
  url: string;
  body: string;
  audience: Audience;
  author: string;
}

export async function addPassage(passage: NewPassage): Promise<void> {
  const vector = JSON.stringify(await embed(`${passage.title}\n${passage.body}`));
  await db.query(
    `INSERT INTO passages (title, url, body, audience, author, embedding) VALUES ($1, $2, $3, $4, $5, $6::vector)`,
    [passage.title, passage.url, passage.body, passage.audience, passage.author, vector],
  );
}

export function asText(passages: Passage[]): string {
  if (passages.length === 0) return 'Nothing found.';
  return passages.map((passage) => `## ${passage.title} (${passage.url})\n${passage.body}`).join('\n\n');
}
