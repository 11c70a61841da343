import { defined } from "../../domain/defined.ts";
import { medianOf } from "../../domain/figures/median.ts";
import type { PeriodFigures } from "../../domain/figures/run-period.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { newestFirst } from "../../domain/jobs/job-sort.ts";
import type { Principal } from "../../domain/people/access.ts";
import { listJobs as readJobs } from "../../store/jobs/list-jobs.ts";
import { mayChangeProcess } from "../deploy/deploy-process.ts";
import { type ListDeps, listJobs } from "../jobs/list-jobs.ts";
import { secondsOf } from "./process-statistics.ts";

/** So many runs of a period are counted at most, so that no page waits for them. */
const mostCounted = 1000;

/**
 * Reads how the runs of a process of this service ended that were submitted since a time (milliseconds since 1970; all without one),
 * of those that the principal may see; of everybody for who may change the process. Throws `forbidden` for whoever may not list jobs.
 */
export async function periodFigures(
  deps: ListDeps,
  principal: Principal,
  { processId, since, seesAll }: { readonly processId: string; readonly since?: number; readonly seesAll: boolean },
): Promise<PeriodFigures> {
  const runs: JobSearch = { processIds: [processId], providerIds: [null], ...defined({ createdFrom: since }) };
  if (!seesAll && (await mayChangeProcess(deps, principal, processId))) {
    const search: JobSearch = { ...runs, statuses: ["successful", "failed"] };
    const reading = { limit: mostCounted + 1, search, order: newestFirst, withRemoved: false, now: deps.clock.now() };
    const read = await readJobs(deps.database, reading);
    const jobs = read.map(({ job }) => job);
    return figuresOf(jobs.slice(0, mostCounted), jobs.length > mostCounted);
  }
  const search: JobSearch = { ...runs, statuses: ["successful", "failed", "dismissed"] };
  const { items, next } = await listJobs(deps, principal, { limit: mostCounted, search });
  const dismissed = items.filter(({ status }) => status === "dismissed").length;
  return { ...figuresOf(items, next !== undefined), dismissed };
}

function figuresOf(jobs: readonly Job[], isCut: boolean): PeriodFigures {
  const succeeded = jobs.filter(({ status }) => status === "successful");
  const failed = jobs.filter(({ status }) => status === "failed");
  const ended = succeeded.length + failed.length;
  const seconds = succeeded.flatMap(secondsOf);
  return {
    ...{ runs: jobs.length, failed: failed.length, isCut },
    ...defined({
      lastFailed: failed[0]?.id,
      successRate: ended === 0 ? undefined : succeeded.length / ended,
      medianSeconds: medianOf(seconds),
      longestSeconds: seconds.length === 0 ? undefined : Math.max(...seconds),
    }),
  };
}
