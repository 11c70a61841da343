import type { Principal } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { Problem } from "../domain/problem.ts";
import { runMember } from "../domain/provenance.ts";
import { usageKey } from "../domain/usage.ts";
import { keptValue } from "../files/kept-values.ts";
import type { Layout } from "../files/layout.ts";
import { findCheckpoint } from "../store/executions.ts";
import { type FollowDeps, readJob } from "./follow-jobs.ts";

/** The times of a job, and what its tools took, by step. */
export type JobStatistics = {
  readonly attempts: number;
  readonly waitingSeconds: number;
  readonly runningSeconds: number;
  /** Empty until the run has ended, and for what runs elsewhere. */
  readonly steps: readonly JsonObject[];
};

/** Reads the statistics of a job. Throws `no-such-job`, and `not-found` for a job that has not started. */
export async function readStatistics(
  deps: FollowDeps & { readonly clock: Clock; readonly layout: Layout },
  principal: Principal,
  jobId: string,
): Promise<JobStatistics> {
  const job = await readJob(deps, principal, jobId);
  const { startedAt, executionId } = job;
  if (startedAt === undefined || executionId === undefined) {
    throw new Problem("not-found", `Cannot read statistics of job "${job.id}": it has not started`);
  }
  const kept = await keptValue(deps.layout, (await findCheckpoint(deps.database, executionId, usageKey)) ?? {});
  const usage = isJsonObject(kept) ? kept : {};
  return {
    attempts: job.attempt,
    waitingSeconds: (startedAt - job.createdAt) / 1000,
    runningSeconds: ((job.finishedAt ?? deps.clock.now()) - startedAt) / 1000,
    steps: Object.entries(usage)
      .filter(([step]) => step !== runMember)
      .map(([step, figures]) => ({ step, ...(isJsonObject(figures) ? figures : {}) })),
  };
}
