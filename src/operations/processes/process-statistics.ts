import { defined } from "../../domain/defined.ts";
import { medianOf } from "../../domain/figures/median.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { newestFirst } from "../../domain/jobs/job-sort.ts";
import { jobTimes } from "../../domain/jobs/job-times.ts";
import type { Principal } from "../../domain/people/access.ts";
import { listJobs as readJobs } from "../../store/jobs/list-jobs.ts";
import { mayChangeProcess } from "../deploy/deploy-process.ts";
import { type ListDeps, listJobs } from "../jobs/list-jobs.ts";

/** How the last runs of a process ended, of those that the caller may see. */
export type ProcessStatistics = {
  /** The newest first. */
  readonly lastRuns: readonly Job[];
  /** How many runs the figures are about. */
  readonly runs: number;
  /** The revision that each of them ran, the newest run first. */
  readonly revisions: readonly string[];
  /** When the first of them was submitted, milliseconds since 1970; undefined without a run. */
  readonly since?: number;
  /** How many of them failed. */
  readonly failed: number;
  /** The id of the last one that failed; undefined without one. */
  readonly lastFailed?: string;
  /** From 0 to 1; undefined without a run. */
  readonly successRate?: number;
  /** How many of them took all that tools make from earlier runs; undefined for none. */
  readonly fromCache?: number;
  /** How long they ran, without what they waited, of those that succeeded and whose tools ran; undefined without one. */
  readonly medianSeconds?: number;
};

/** The figures are about as many of the last runs. */
const countedRuns = 50;
const shownRuns = 5;

/** Reads how the last runs of a process ended. Throws `forbidden` for whoever may not list jobs. */
export async function processStatistics(
  deps: ListDeps,
  principal: Principal,
  processId: string,
): Promise<ProcessStatistics> {
  const { items } = await listJobs(deps, principal, { limit: countedRuns, search: endedRuns(processId) });
  return figuresOf(items);
}

/** How the last runs of a process ended, whoever ran them: figures alone, and nothing of any job. */
export type OwnerFigures = Omit<ProcessStatistics, "lastRuns">;

/** Reads the figures of everybody's last runs for who may change the process and looks after it; undefined for others. */
export async function ownerFigures(
  deps: ListDeps,
  principal: Principal,
  processId: string,
): Promise<OwnerFigures | undefined> {
  if (!(await mayChangeProcess(deps, principal, processId))) return undefined;
  const reading = { limit: countedRuns, search: endedRuns(processId), order: newestFirst, withRemoved: false };
  const read = await readJobs(deps.database, { ...reading, now: deps.clock.now() });
  const { lastRuns: _, ...figures } = figuresOf(read.map(({ job }) => job));
  return figures;
}

/** Counts the dismissed jobs of a process that were submitted since a time (milliseconds since 1970), of those that the caller may see: at most as many as figures are about. */
export async function dismissedRuns(
  deps: ListDeps,
  principal: Principal,
  { processId, since }: { readonly processId: string; readonly since: number },
): Promise<number> {
  const search: JobSearch = { ...runsOf(processId), statuses: ["dismissed"], createdFrom: since };
  return (await listJobs(deps, principal, { limit: countedRuns, search })).items.length;
}

function endedRuns(processId: string): JobSearch {
  return { ...runsOf(processId), statuses: ["successful", "failed"] };
}

function runsOf(processId: string): JobSearch {
  return { processIds: [processId], providerIds: [null] };
}

function figuresOf(items: readonly Job[]): ProcessStatistics {
  const succeeded = items.filter(({ status }) => status === "successful");
  const fromCache = succeeded.filter(({ isFromCache }) => isFromCache === true).length;
  const failed = items.filter(({ status }) => status === "failed");
  const medianSeconds = medianOf(succeeded.flatMap(secondsOf));
  return {
    lastRuns: items.slice(0, shownRuns),
    runs: items.length,
    failed: failed.length,
    revisions: items.map(({ processRevision }) => processRevision),
    ...defined({ since: items.at(-1)?.createdAt, lastFailed: failed[0]?.id }),
    ...(items.length === 0 ? {} : { successRate: succeeded.length / items.length }),
    ...(fromCache === 0 ? {} : { fromCache }),
    ...(medianSeconds === undefined ? {} : { medianSeconds }),
  };
}

/** Gives how long a run took, in seconds, without what it waited; nothing for one whose tools did not all run. */
export function secondsOf(job: Job): readonly number[] {
  // A retry that kept finished steps took less than a run, too.
  if (job.isFromCache === true || job.resumeFrom !== undefined) return [];
  const { running } = jobTimes(job, job.updatedAt);
  return running === undefined ? [] : [running / 1000];
}
