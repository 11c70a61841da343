import * as v from "valibot";
import type { Job } from "../../domain/jobs/job.ts";
import { isOwn, mayDo, type Principal, type WishBounds, wishes } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { keepForGood, keepNoLonger } from "../../store/jobs/keep-job.ts";
import { type AuditDeps, actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import { type FollowDeps, readJob } from "./follow-jobs.ts";

/** What is asked beside the address of the job: nothing yet. */
export const KeepBodySchema = v.strictObject({});

export type KeepDeps = FollowDeps &
  AuditDeps & { readonly clock: Clock; readonly settings: { readonly wishBounds?: WishBounds } };

/** Tells whether somebody may keep a job for good, and keep it no longer. */
export function mayKeep({ wishBounds = wishes }: KeepDeps["settings"], principal: Principal, job: Job): boolean {
  if (!isOwn(principal, job.user)) return mayDo(principal, "dismiss-all");
  return mayDo(principal, "dismiss-own") && wishBounds[principal.role].mayPin;
}

/**
 * Keeps a job and its results for good: it is removed neither by time nor by anybody before it is released. One that is kept already
 * stays as it is. Throws `no-such-job`, `removed-job`, and `forbidden` for who may not.
 */
export async function keepJob(deps: KeepDeps, principal: Principal, jobId: string): Promise<Job> {
  requireKeeper(deps, principal, await readJob(deps, principal, jobId), "keep");
  const database = auditing(deps, actorOf(principal), "keep", { subject: jobId });
  await keepForGood(database, { jobId, at: deps.clock.now(), by: principal.user });
  // One that was removed in this moment is told as such.
  return readJob(deps, principal, jobId);
}

/** Keeps a job no longer than others are, counted from its end. One that is not kept for good stays as it is. Throws as `keepJob` does. */
export async function letJobGo(deps: KeepDeps, principal: Principal, jobId: string): Promise<void> {
  requireKeeper(deps, principal, await readJob(deps, principal, jobId), "release");
  await keepNoLonger(auditing(deps, actorOf(principal), "release", { subject: jobId }), jobId);
}

/** What is kept for good takes room for ever: who may not ask for it with a request may not ask for it later. */
function requireKeeper({ settings }: KeepDeps, principal: Principal, job: Job, verb: "keep" | "release"): void {
  requireAction(principal, isOwn(principal, job.user) ? "dismiss-own" : "dismiss-all", `${verb} job "${job.id}"`);
  if (mayKeep(settings, principal, job)) return;
  const wanted = "one that may keep jobs for good (setting pinRole)";
  throw new Problem("forbidden", `Cannot ${verb} job "${job.id}": found role "${principal.role}", wanted ${wanted}`);
}
