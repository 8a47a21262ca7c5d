import cron from 'node-cron';

import { createContainer } from './container';
import { loadSettings } from './settings';
import { exportChats } from './training/export';
import { promoteFinished } from './training/promote';

const DAY = 86_400_000;
const { settings, db, llm, log, activeModel, conversations, answers } = createContainer(loadSettings());
const training = { db, llm, log, baseModel: settings.FINETUNE_BASE };

const job = (name: string, work: () => Promise<unknown>) => async () => {
  try {
    await work();
  } catch (failure) {
    log.error({ err: failure, job: name }, 'job failed');
  }
};

cron.schedule('30 2 * * *', job('export', () => exportChats(training, new Date(Date.now() - DAY))));
cron.schedule('*/15 * * * *', job('promote', () => promoteFinished(training, activeModel)));
cron.schedule(
  '0 4 * * *',
  job('retention', async () => {
    await conversations.deleteBefore(new Date(Date.now() - settings.RETENTION_DAYS * DAY));
    await answers.deleteBefore(new Date(Date.now() - DAY));
  }),
);
