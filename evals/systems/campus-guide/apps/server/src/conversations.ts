import { db, many, one } from './infra.js';

export interface StoredTurn {
  role: 'user' | 'assistant';
  content: string;
}

export async function createConversation(owner: string, question: string): Promise<number> {
  const row = await one<{ id: string }>(`INSERT INTO conversations (owner, title) VALUES ($1, $2) RETURNING id`, [
    owner,
    question.slice(0, 80),
  ]);
  return Number(row!.id);
}

export function conversationsOf(owner: string) {
  return many(`SELECT id, title, created_at FROM conversations WHERE owner = $1 ORDER BY id DESC LIMIT 50`, [owner]);
}

export function ownConversation(id: number, owner: string) {
  return one<{ id: string; title: string }>(`SELECT id, title FROM conversations WHERE id = $1 AND owner = $2`, [id, owner]);
}

export async function lastTurns(conversationId: number, limit: number): Promise<StoredTurn[]> {
  const rows = await many<StoredTurn>(
    `SELECT role, content FROM turns WHERE conversation_id = $1 ORDER BY id DESC LIMIT $2`,
    [conversationId, limit],
  );
  return rows.reverse();
}

export async function appendTurns(conversationId: number, question: string, answer: string): Promise<void> {
  await db.query(
    `INSERT INTO turns (conversation_id, role, content) VALUES ($1, 'user', $2), ($1, 'assistant', $3)`,
    [conversationId, question, answer],
  );
}
