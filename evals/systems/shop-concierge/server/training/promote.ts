import { eq, isNull } from 'drizzle-orm';

import { trainingRuns } from '../data/schema';
import type { ActiveModel } from './active-model';
import type { TrainingParts } from './export';

export async function promoteFinished({ db, llm, log }: TrainingParts, active: ActiveModel): Promise<void> {
  const open = await db.select().from(trainingRuns).where(isNull(trainingRuns.finishedAt));
  for (const run of open) {
    const job = await llm.client.fineTuning.jobs.retrieve(run.jobId);
    if (job.status === 'succeeded' && job.fine_tuned_model) {
      await active.set(job.fine_tuned_model);
      log.info({ job: job.id, model: job.fine_tuned_model }, 'new chat model');
    } else if (job.status !== 'failed' && job.status !== 'cancelled') {
      continue;
    }
    await db.update(trainingRuns).set({ model: job.fine_tuned_model, finishedAt: new Date() }).where(eq(trainingRuns.id, run.id));
  }
}
