import { defined } from "../../domain/defined.ts";
import { sizeText } from "../../domain/figures/sizes.ts";
import { isDiscarded, type Job } from "../../domain/jobs/job.ts";
import { isFinished, type JobStatus } from "../../domain/jobs/job-state.ts";
import type { OnMove } from "../../domain/jobs/told-move.ts";
import { isOwn, type Principal } from "../../domain/people/access.ts";
import { HeldProblem } from "../../domain/people/held-problem.ts";
import { composeNotifications } from "../../domain/people/notification.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { removeJobFiles } from "../../files/jobs/job-directory.ts";
import type { WorkSizes } from "../../files/jobs/work-sizes.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { discardJob, dismissJob as markDismissed } from "../../store/jobs/dismiss-job.ts";
import { executionIdsOf } from "../../store/jobs/executions.ts";
import { withLiveProgress } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { type AuditDeps, actorOf, auditing, type OnForeignRead } from "../people/audit.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import type { RunnerPort } from "../submit/runner-port.ts";

export type FollowDeps = { readonly database: Database; readonly onForeignRead?: OnForeignRead };

/**
 * Reads a job with its newest progress. Throws `no-such-job`, also for a job of someone else: whether it exists is
 * not told; `removed-job` for one that was removed after its end.
 */
export async function readJob(deps: FollowDeps, principal: Principal, jobId: string): Promise<Job> {
  const job = await readAnyJob(deps, principal, jobId);
  if (job.hidden !== undefined) throw noSuchJob(jobId);
  if (!isDiscarded(job)) return job;
  throw removedJob(jobId);
}

/** Reads a job, also one that is none to its clients: the answer to its run may link to its results. Throws as `readJob` does. */
export async function readLinkedJob(deps: FollowDeps, principal: Principal, jobId: string): Promise<Job> {
  const job = await readAnyJob(deps, principal, jobId);
  if (!isDiscarded(job)) return job;
  throw removedJob(jobId);
}

function removedJob(jobId: string): Problem {
  return new Problem("removed-job", `Cannot find job "${jobId}": it was removed`);
}

/** Reads a job, also one that was removed, for who keeps the history. Throws `forbidden`, and else as `readJob` does. */
export async function readRemovedJob(deps: FollowDeps, principal: Principal, jobId: string): Promise<Job> {
  requireAction(principal, "read-all-jobs", `read removed job "${jobId}"`);
  return readAnyJob(deps, principal, jobId);
}

async function readAnyJob(deps: FollowDeps, principal: Principal, jobId: string): Promise<Job> {
  requireAction(principal, "read-own-jobs", `read job "${jobId}"`);
  const job = await findJob(deps.database, jobId);
  if (job === undefined || !(await maySeeJob(deps, principal, job))) throw noSuchJob(jobId);
  if (!isOwn(principal, job.user)) deps.onForeignRead?.(principal, job);
  return withLiveProgress(deps.database, job);
}

/** Words the absence of a job. */
export function noSuchJob(jobId: string): Problem {
  return new Problem("no-such-job", `Cannot find job "${jobId}": no job has this id, or your key may not see it`);
}

export type DismissDeps = FollowDeps & {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly layout: Layout;
  readonly runner: RunnerPort;
  /** Told of each job that was moved; nobody is when absent. */
  readonly onMove?: OnMove;
  /** Measures what jobs that run work with, to say what becomes free; nothing is said when absent. */
  readonly workSizes?: WorkSizes;
} & AuditDeps;

/** How often a dismissal begins anew because the job moved meanwhile: it can move to an end only once. */
const dismissTries = 3;

/**
 * Dismisses a job: what has not ended is stopped; what has ended is removed with its results and files, and only its history
 * is kept (OGC 18-062r3 /req/dismiss/job-dismiss-status). Throws `no-such-job`; `removed-job` when it was removed before, and
 * when it was dismissed before, which removes it; `kept-job` for one that has ended and is kept for good; `forbidden` for a role
 * that may not.
 */
export async function dismissJob(deps: DismissDeps, principal: Principal, jobId: string): Promise<Job> {
  const { was } = await endJob(deps, principal, jobId);
  // Somebody has been told of this dismissal: whoever comes again finds it gone.
  if (was === "dismissed") throw removedJob(jobId);
  return readAnyJob(deps, principal, jobId);
}

/** Checks that somebody may cancel or remove a job. Throws `forbidden`. */
export function requireDismissal(principal: Principal, { id, user }: Job): void {
  requireAction(principal, isOwn(principal, user) ? "dismiss-own" : "dismiss-all", `dismiss job "${id}"`);
}

/** Words that a job is kept for good, which was to be removed. */
export function keptJob(id: string): Problem {
  const detail = `Cannot remove job "${id}": found it kept for good, wanted it released first`;
  return new HeldProblem("kept-job", detail, { action: "remove", subject: id });
}

/** Checks that a job may be removed: one that is kept for good is released first. Throws `kept-job`. */
export function requireNotKept({ id, keptAt }: Job): void {
  if (keptAt === undefined) return;
  throw keptJob(id);
}

/** The status that a job had, and whether it was ended or removed. */
export type Ending = { readonly was: JobStatus; readonly isDone: boolean };

/**
 * Stops a job that has not ended, and removes one that has. Who asks for only one of both finds it not done where the job has
 * ended, or runs again, meanwhile. Throws as `dismissJob` does, but for a job that was dismissed before.
 */
export async function endJob(
  deps: DismissDeps,
  principal: Principal,
  jobId: string,
  only?: "stop" | "remove",
): Promise<Ending> {
  for (let tries = 0; tries < dismissTries; tries += 1) {
    const job = await readJob(deps, principal, jobId);
    requireDismissal(principal, job);
    const was = job.status;
    if (only === (isFinished(was) ? "stop" : "remove")) return { was, isDone: false };
    if (isFinished(was)) requireNotKept(job);
    const isDone = isFinished(was) ? await remove(deps, principal, job) : await stop(deps, principal, job);
    if (isDone) return { was, isDone };
  }
  throw new Problem("conflict", `Cannot dismiss job "${jobId}": its state is just changing; try again`);
}

function moveOf({ newId, clock }: DismissDeps, principal: Principal, jobId: string) {
  return { jobId, moveId: newId(), at: clock.now(), ...defined({ by: principal.user }) };
}

/** Removes a job that has ended; false when it moved meanwhile. */
async function remove(deps: DismissDeps, principal: Principal, job: Job): Promise<boolean> {
  const outcome = await discardJob(auditing(deps, actorOf(principal), "remove", { subject: job.id }), {
    ...moveOf(deps, principal, job.id),
    isDismissed: job.status === "dismissed",
    message: "Job removed, with its results.",
  });
  if (outcome === "lost") return false;
  deps.onMove?.({ move: "discard", job, to: "dismissed" });
  await removeFilesOf(deps, job);
  return true;
}

/** Stops a job that has not ended; false when it moved meanwhile. */
async function stop(deps: DismissDeps, principal: Principal, job: Job): Promise<boolean> {
  // The standard has no callback for it: whoever waits for the end is told by that of a failure, with the status.
  const notifications = composeNotifications(job, "failed", deps.newId);
  const database = auditing(deps, actorOf(principal), "dismiss", { subject: job.id });
  const move = moveOf(deps, principal, job.id);
  const outcome = await markDismissed(database, {
    ...move,
    message: `Job dismissed.${await freedText(deps, job)}`,
    notifications,
  });
  if (outcome === "lost") return false;
  deps.onMove?.({ move: "dismiss", job, to: "dismissed" });
  deps.runner.stop(job.id);
  if (notifications.length > 0) deps.runner.notify();
  return true;
}

/** Less is not told of, in bytes. */
const leastFreed = 1_000_000;

/** What is removed when a job is stopped: its log goes with it, so its history tells how much. */
async function freedText({ workSizes }: DismissDeps, { status, executionId }: Job): Promise<string> {
  if (status !== "running" || executionId === undefined) return "";
  const work = await workSizes?.read(executionId);
  if (work === undefined || (work.isWhole && work.bytes < leastFreed)) return "";
  return ` Its work directory is removed: ${work.isWhole ? "" : "more than "}${sizeText(work.bytes)} become free.`;
}

async function removeFilesOf({ database, layout }: DismissDeps, job: Job): Promise<void> {
  await removeJobFiles(layout, { jobId: job.id, executionIds: await executionIdsOf(database, job.id) });
}
