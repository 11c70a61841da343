import type { Job } from "../../domain/jobs/job.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { removeJobFiles } from "../../files/jobs/job-directory.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { discardJob } from "../../store/jobs/dismiss-job.ts";
import { executionIdsOf } from "../../store/jobs/executions.ts";
import * as store from "../../store/jobs/hidden-jobs.ts";
import { findJob } from "../../store/jobs/jobs.ts";

/** Turns a run that was no job to its clients into one, and returns it. Any other job is given back. */
export async function showJob({ database }: { readonly database: Database }, job: Job): Promise<Job> {
  if (job.hidden === undefined) return job;
  await store.showJob(database, job.id);
  return (await findJob(database, job.id)) ?? job;
}

export type AnsweredDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly newId: () => string;
};

/**
 * Ends a run that was answered. One whose answer leads to its results stays hidden, and they are kept for a while; any other
 * is removed as one that is dismissed after its end: of it there is only the history.
 */
export async function settleAnswered(
  deps: AnsweredDeps,
  { id: jobId }: Pick<Job, "id">,
  isKept: boolean,
): Promise<void> {
  const { database, layout, clock, newId } = deps;
  if (isKept) return store.noteAnswer(database, jobId);
  const move = { jobId, moveId: newId(), at: clock.now(), message: "Answered, and removed." };
  if ((await discardJob(database, move)) === "lost") return;
  await removeJobFiles(layout, { jobId, executionIds: await executionIdsOf(database, jobId) });
}
