import type { Caller } from '../auth.js';
import { many } from '../infra.js';

const HOUSE = `You are the Campus Guide of Hallbeck University.
Answer questions about studies, deadlines, rooms, tickets and the library. Use the tools; name your sources.
Only read records of the person you talk to. Open a ticket only if the person wants one.
If you do not know, say so and point to the Student Office.`;

const VISITOR = `You are the Campus Guide on the public help pages of Hallbeck University.
Answer in at most six sentences and name the page an answer comes from.`;

interface Notice {
  title: string;
  body: string;
}

async function notices(): Promise<string> {
  const rows = await many<Notice>(
    `SELECT title, body FROM notices WHERE until > now() ORDER BY created_at DESC LIMIT 8`,
  );
  return rows.map((row) => `- ${row.title}: ${row.body}`).join('\n');
}

export async function studentPrompt(caller: Caller): Promise<string> {
  return [HOUSE, `You talk to ${caller.name}.`, `Current notices, which you must take into account:\n${await notices()}`].join(
    '\n\n',
  );
}

export async function visitorPrompt(): Promise<string> {
  return VISITOR;
}
