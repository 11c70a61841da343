import type { Job, JobEvent } from "./job.ts";

type Times = Pick<Job, "createdAt" | "startedAt" | "finishedAt" | "waitedMilliseconds" | "wait">;

/** A wait that nobody notices is not told, in seconds. */
export const shortestWait = 0.5;

/** How long a job waited and ran, in milliseconds. `running` is undefined before its start. */
export type JobTimes = { readonly waiting: number; readonly running?: number };

/**
 * Tells how long a job waited and how long it ran. After its start it still waits while none of its tools runs for want of
 * room: that is waiting, too, and never counts as running.
 */
export function jobTimes(
  { createdAt, startedAt, finishedAt, wait, waitedMilliseconds = 0 }: Times,
  now: number,
): JobTimes {
  const end = finishedAt ?? now;
  if (startedAt === undefined) return { waiting: Math.max(0, end - createdAt) };
  const still = wait === undefined ? 0 : Math.max(0, end - wait.since);
  const waited = Math.min(end - startedAt, waitedMilliseconds + still);
  return { waiting: Math.max(0, startedAt - createdAt + waited), running: Math.max(0, end - startedAt - waited) };
}

/** Tells how long an attempt has waited since its claim, in milliseconds; undefined when it never did. */
export function waitedUntil(
  { wait, waitedMilliseconds }: Pick<Job, "wait" | "waitedMilliseconds">,
  at: number,
): number | undefined {
  return wait === undefined ? waitedMilliseconds : (waitedMilliseconds ?? 0) + Math.max(0, at - wait.since);
}

/** Tells since when a job waits, or waited, for its last attempt: what it was before a retry is no wait. */
export function queuedSince(
  { createdAt }: Pick<Job, "createdAt">,
  events: readonly Pick<JobEvent, "kind" | "status" | "at">[],
): number {
  return events.findLast(({ kind, status }) => kind === "status" && status === "accepted")?.at ?? createdAt;
}
