import {
  type ChosenFate,
  type ChosenOutcome,
  type Deed,
  type LeftReason,
  outcomeOf,
} from "../../domain/jobs/chosen-jobs.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem, type ProblemKind } from "../../domain/problem.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { requireAction } from "../people/guard.ts";
import { type DismissDeps, endJob, readJob, requireNotKept } from "./follow-jobs.ts";
import { type RetryDeps, readRetriable, retryJob } from "./retry-job.ts";

/** Those of some jobs that something can be done to, and why the others are left. */
export type SortedJobs = { readonly jobs: readonly Job[]; readonly left: ChosenOutcome["left"] };

/** Tells whether somebody may dismiss any job. */
export function mayDismissJobs(principal: Principal): boolean {
  return mayDo(principal, "dismiss-own") || mayDo(principal, "dismiss-all");
}

/** Tells whether somebody may retry any job. */
export function mayRetryJobs(principal: Principal): boolean {
  return mayDo(principal, "execute") || mayDo(principal, "dismiss-all");
}

/** Sorts jobs by whether they can be dismissed. Throws `forbidden` for who may dismiss none. */
export async function sortForDismissal(
  deps: DismissDeps,
  principal: Principal,
  jobIds: readonly string[],
): Promise<SortedJobs> {
  if (!mayDismissJobs(principal)) requireAction(principal, "dismiss-own", "dismiss jobs");
  return sort(jobIds, async (jobId) => {
    const job = await readJob(deps, principal, jobId);
    requireAction(principal, isOwn(principal, job.user) ? "dismiss-own" : "dismiss-all", `dismiss job "${jobId}"`);
    if (isFinished(job.status)) requireNotKept(job);
    return job;
  });
}

/** Sorts jobs by whether they can be retried. Throws `forbidden` for who may retry none. */
export async function sortForRetry(
  deps: DismissDeps,
  principal: Principal,
  jobIds: readonly string[],
): Promise<SortedJobs> {
  if (!mayRetryJobs(principal)) requireAction(principal, "execute", "retry jobs");
  return sort(jobIds, (jobId) => readRetriable(deps, principal, jobId));
}

async function sort(jobIds: readonly string[], read: (jobId: string) => Promise<Job>): Promise<SortedJobs> {
  const sorted = await Promise.all([...new Set(jobIds)].map(async (jobId) => attempt(jobId, () => read(jobId))));
  const jobs = sorted.flatMap((one) => ("done" in one ? [one.done] : []));
  return { jobs, left: outcomeOf(sorted.flatMap((one) => ("reason" in one ? [one] : []))).left };
}

/**
 * Dismisses jobs as one is dismissed: `stop` those that had not ended when somebody was asked, `remove` those that had. One that
 * has ended meanwhile is not removed, as nobody was asked about its results; one that runs again is not stopped.
 */
export async function dismissChosen(
  deps: DismissDeps,
  principal: Principal,
  jobs: { readonly stop: readonly string[]; readonly remove: readonly string[] },
): Promise<ChosenOutcome> {
  if (!mayDismissJobs(principal)) requireAction(principal, "dismiss-own", "dismiss jobs");
  const end = async (jobId: string, only: "stop" | "remove"): Promise<ChosenFate> => {
    const tried = await attempt(jobId, () => endJob(deps, principal, jobId, only));
    if ("reason" in tried) return { jobId, reason: meanwhile(tried.reason) };
    const { was, isDone } = tried.done;
    if (!isDone) return { jobId, reason: only === "stop" ? "ended" : "again" };
    return { jobId, deed: only === "remove" ? "removed" : was === "accepted" ? "unqueued" : "stopped" };
  };
  const stopped = [...new Set(jobs.stop)].map((jobId) => end(jobId, "stop"));
  const removed = [...new Set(jobs.remove)].map((jobId) => end(jobId, "remove"));
  return outcomeOf(await Promise.all([...stopped, ...removed]));
}

/** Retries jobs as one is retried, from the failed step where finished ones are kept. */
export async function retryChosen(
  deps: RetryDeps,
  principal: Principal,
  jobIds: readonly string[],
): Promise<ChosenOutcome> {
  if (!mayRetryJobs(principal)) requireAction(principal, "execute", "retry jobs");
  const fates: ChosenFate[] = [];
  // One after the other: each counts against the quota of jobs that wait.
  for (const jobId of new Set(jobIds)) {
    const read = await attempt(jobId, () => readRetriable(deps, principal, jobId));
    fates.push("done" in read ? await retryOne(deps, principal, read.done) : read);
  }
  return outcomeOf(fates);
}

async function retryOne(deps: RetryDeps, principal: Principal, job: Job): Promise<ChosenFate> {
  const jobId = job.id;
  const fromFailed = await keepsSteps(deps, job);
  const tried = await attempt(jobId, () => retryJob(deps, principal, jobId, { fromFailed }));
  if ("reason" in tried) return { jobId, reason: meanwhile(tried.reason) };
  const deed: Deed = fromFailed ? "resumed" : "retried";
  return { jobId, deed };
}

/** What was possible a moment ago is possible again when the job has come to rest. */
function meanwhile(reason: LeftReason): LeftReason {
  return reason === "state" ? "changing" : reason;
}

/** Tells whether a job that is retried goes on from its failed step. */
export async function keepsSteps({ database }: Pick<DismissDeps, "database">, job: Job): Promise<boolean> {
  if (job.status !== "failed" || job.providerId !== undefined) return false;
  return (await findProcessRevision(database, job.processId, job.processRevision))?.isWorkflow === true;
}

const reasons: Readonly<Partial<Record<ProblemKind, LeftReason>>> = {
  "no-such-job": "unknown",
  "removed-job": "gone",
  forbidden: "forbidden",
  conflict: "state",
  "kept-job": "kept",
  gone: "upload",
  "no-such-process": "provider",
  "too-many-requests": "full",
};

/** Does something to one job: what cannot be done to it keeps none of the others. */
async function attempt<Done>(
  jobId: string,
  act: () => Promise<Done>,
): Promise<{ readonly done: Done } | { readonly jobId: string; readonly reason: LeftReason }> {
  try {
    return { done: await act() };
  } catch (error) {
    if (error instanceof Problem) return { jobId, reason: reasons[error.kind] ?? "other" };
    throw error;
  }
}
