import type { Job } from "../domain/job.ts";
import { isFinished } from "../domain/job-state.ts";
import { joinSignals } from "../domain/joined-signal.ts";
import { startTimer } from "../domain/timers.ts";
import type { Database } from "../store/database.ts";
import { follow } from "../store/job-events.ts";
import { findJob } from "../store/jobs.ts";

export type WaitDeps = {
  readonly database: Database;
  /** Ends all waiting: a server that stops answers before it goes. */
  readonly stopping: AbortSignal;
};

/**
 * Waits for a job's end, at most `milliseconds`, or until the signal or the server's end. `finished` when it ended, else
 * `created`; the job itself is not touched.
 */
export async function waitForEnd(
  deps: WaitDeps,
  job: Job,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<{ readonly kind: "created" | "finished"; readonly job: Job }> {
  if (isFinished(job.status)) return { kind: "finished", job };
  const waiting = new AbortController();
  const timer = startTimer(milliseconds, () => waiting.abort());
  using until = joinSignals([waiting.signal, deps.stopping, signal].filter((one) => one !== undefined));
  try {
    // Number 1 is the job's own insertion.
    for await (const event of follow(deps.database, job.id, 1, until.signal)) {
      if (event.kind !== "live" && isFinished(event.status)) break;
    }
  } finally {
    timer.clear();
  }
  const current = (await findJob(deps.database, job.id)) ?? job;
  return { kind: isFinished(current.status) ? "finished" : "created", job: current };
}
