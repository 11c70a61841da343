import { defined } from "../../domain/defined.ts";
import type { JobStatistics } from "../../domain/documents/job-statistics.ts";
import { usageKey } from "../../domain/figures/usage.ts";
import { type FirstTool, firstToolOf } from "../../domain/jobs/first-tool.ts";
import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { jobTimes, queuedSince } from "../../domain/jobs/job-times.ts";
import { runMember, type TaskFacts } from "../../domain/jobs/provenance.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { isJsonObject } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { keptValue } from "../../files/jobs/kept-values.ts";
import type { Layout } from "../../files/layout.ts";
import { findCheckpoint } from "../../store/jobs/executions.ts";
import { eventsOf } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { type FollowDeps, readJob } from "../jobs/follow-jobs.ts";
import { maySeeJob } from "../people/guard.ts";
import { tasksOf } from "./read-tasks.ts";

/** Tells by the tasks of a job whether it has ended and took all that tools make from an earlier run: none ran for it. */
export function isAllCached(
  { status }: Pick<Job, "status">,
  { steps }: Pick<JobStatistics, "steps">,
  tasks: readonly TaskFacts[],
): boolean {
  if (!isFinished(status) || steps.length > 0) return false;
  // A workflow is a task of its own, and runs nothing itself.
  const ran = tasks.filter(({ kind }) => kind === "tool" || kind === "remote");
  return ran.length > 0 && ran.every(({ isCached }) => isCached === true);
}

/** So many jobs are named. */
const mostMakers = 5;

/** Lists the jobs that made what another one took from the cache, by its tasks: those that a principal may see with themselves. */
export async function readMakers(
  deps: FollowDeps,
  principal: Principal,
  tasks: readonly TaskFacts[],
): Promise<readonly { readonly id: string; readonly job?: Job }[]> {
  const ids = new Set(tasks.flatMap(({ cachedFrom }) => (cachedFrom === undefined ? [] : [cachedFrom.job])));
  return Promise.all(
    [...ids].slice(0, mostMakers).map(async (id) => {
      const job = await findJob(deps.database, id);
      const isSeen = job !== undefined && !isDiscarded(job) && (await maySeeJob(deps, principal, job));
      return isSeen ? { id, job } : { id };
    }),
  );
}

/** Reads the statistics of a job. Throws `no-such-job`, and `not-found` for a job that has not started. */
export async function readStatistics(
  deps: FollowDeps & { readonly clock: Clock; readonly layout: Layout },
  principal: Principal,
  jobId: string,
): Promise<JobStatistics> {
  const job = await readJob(deps, principal, jobId);
  const { executionId } = job;
  if (job.startedAt === undefined || executionId === undefined) {
    throw new Problem("not-found", `Cannot read statistics of job "${job.id}": it has not started`);
  }
  const kept = await keptValue(deps.layout, (await findCheckpoint(deps.database, executionId, usageKey)) ?? {});
  const createdAt = job.attempt > 1 ? queuedSince(job, await eventsOf(deps.database, job.id, 0)) : job.createdAt;
  const { waiting, running = 0 } = jobTimes({ ...job, createdAt }, deps.clock.now());
  const usage = isJsonObject(kept) ? kept : {};
  return {
    attempts: job.attempt,
    waitingSeconds: waiting / 1000,
    runningSeconds: running / 1000,
    ...defined({ firstTool: firstToolDocument(firstToolOf(await tasksOf(deps, executionId), job)) }),
    steps: Object.entries(usage)
      .filter(([step]) => step !== runMember)
      .map(([step, figures]) => ({ step, ...(isJsonObject(figures) ? figures : {}) })),
  };
}

function firstToolDocument(tool: FirstTool | undefined): JobStatistics["firstTool"] {
  if (tool === undefined) return undefined;
  const { startedAt, waitedMilliseconds, executor } = tool;
  const started = new Date(startedAt).toISOString();
  return { started, waitingSeconds: waitedMilliseconds / 1000, ...defined({ executor }) };
}
