import { db } from './infra.js';
import { log } from './log.js';
import { settings } from './settings.js';

const DAY = 24 * 3600 * 1000;

export async function sweep(): Promise<void> {
  const gone = await db.query(`DELETE FROM conversations WHERE created_at < now() - make_interval(days => $1)`, [
    settings.CONVERSATION_DAYS,
  ]);
  const questions = await db.query(`DELETE FROM help_questions WHERE created_at < now() - interval '14 days'`);
  const notices = await db.query(`DELETE FROM notices WHERE until < now()`);
  log.info({ conversations: gone.rowCount, questions: questions.rowCount, notices: notices.rowCount }, 'swept');
}

export function startSweeping(): NodeJS.Timeout {
  const run = () => sweep().catch((error: Error) => log.error({ message: error.message }, 'sweep'));
  void run();
  return setInterval(run, DAY).unref();
}
