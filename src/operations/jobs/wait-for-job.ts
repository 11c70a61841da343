import type { Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Results } from "../../domain/values/values.ts";
import { joinSignals } from "../../domain/waiting/joined-signal.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { startTimer } from "../../domain/waiting/timers.ts";
import type { Database } from "../../store/database/database.ts";
import { withLiveProgress } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";

export type WaitDeps = {
  readonly database: Database;
  /** Ends all waiting: a server that stops answers before it goes. */
  readonly stopping: AbortSignal;
};

/** How long is waited for a job, and what ends the waiting earlier. */
export type Wait = {
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
  /** It was written just now, and nothing can have happened to it yet. */
  readonly isNew?: boolean;
};

/** What a wait for the end of a job ended in. */
export type Waited = {
  readonly kind: "created" | "finished";
  readonly job: Job;
  /** As they are kept, when the job ended and they need not be read. */
  readonly results?: Results;
};

/**
 * Waits for a job's end, at most `milliseconds`, or until the signal or the server's end. `finished` when it ended, else
 * `created`; the job itself is not touched.
 */
export async function waitForEnd(deps: WaitDeps, job: Job, wait: Wait): Promise<Waited> {
  if (isFinished(job.status)) return { kind: "finished", job };
  const waiting = new AbortController();
  using _timer = startTimer(wait.milliseconds, () => waiting.abort());
  using until = joinSignals([waiting.signal, deps.stopping, wait.signal].filter((one) => one !== undefined));
  const { promise, resolve } = Promise.withResolvers<Pick<Waited, "job" | "results"> | undefined>();
  // Listens first and looks then: an end in between is told, or read.
  using _end = deps.database.feed.onEnd(job.id, resolve);
  using _stop = onAbort(until.signal, () => resolve(undefined));
  const isOver = until.signal.aborted || (wait.isNew !== true && (await hasEnded(deps, job)));
  const end = isOver ? undefined : await promise;
  if (end !== undefined) return { ...end, kind: "finished" };
  const current = (await findJob(deps.database, job.id)) ?? job;
  return {
    kind: isFinished(current.status) ? "finished" : "created",
    job: withLiveProgress(deps.database, current),
  };
}

async function hasEnded({ database }: WaitDeps, { id }: Job): Promise<boolean> {
  const job = await findJob(database, id);
  return job === undefined || isFinished(job.status);
}
