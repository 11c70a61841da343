import { defined } from "../../domain/defined.ts";
import type { Job, JobWait } from "../../domain/jobs/job.ts";
import { waitedUntil } from "../../domain/jobs/job-times.ts";
import type { Clock } from "../../domain/waiting/clock.ts";

/** What is shown of the waits of a job since its claim. */
export type WaitShown = Pick<Job, "wait" | "waitedMilliseconds">;

/** Adds up how long a claimed job waits. */
export type WaitCount = {
  /** Begins a wait, or ends one; `until` is when that ended, now when absent. False when none was there to end. */
  set(wait: JobWait | undefined, until?: number): boolean;
  shown(): WaitShown;
  /** How long it has waited until a time, in milliseconds; undefined when it never did. */
  until(at: number): number | undefined;
};

/** Creates a count that goes on from what an earlier life of the server wrote down. */
export function createWaitCount(clock: Pick<Clock, "now">, { waitedMilliseconds }: WaitShown): WaitCount {
  let waited = waitedMilliseconds;
  let open: JobWait | undefined;
  const shown = () => defined({ wait: open, waitedMilliseconds: waited });
  return {
    set(wait, until = clock.now()) {
      if (wait === undefined && open === undefined) return false;
      const end = wait?.since ?? until;
      waited = waitedUntil(shown(), end);
      open = wait;
      return true;
    },
    shown,
    until: (at) => waitedUntil(shown(), at),
  };
}
