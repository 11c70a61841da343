import type { JobFailure } from "../../domain/jobs/job.ts";
import { stopFor } from "../../domain/jobs/stop-reason.ts";
import { startTimer } from "../../domain/waiting/timers.ts";
import type { Engine } from "../../engines/engine.ts";
import type { ExecuteDeps } from "../queue/claim.ts";
import type { JobWalk } from "./job-walk.ts";
import { monitorRun } from "./monitor.ts";
import type { Run } from "./start-run.ts";

/**
 * Watches a run to its end as `monitorRun` does, and stops it when the attempt has taken as long as its job may: the time
 * counts from the claim, through restarts of the server.
 */
export async function monitorWithinLimit(
  deps: ExecuteDeps,
  engine: Engine,
  run: Run,
  walk: JobWalk,
): Promise<JobFailure | undefined> {
  const maxSeconds = deps.claim.job.request.run?.maxSeconds;
  if (maxSeconds === undefined) return monitorRun(engine, run, walk, deps.signal);
  const limit = new AbortController();
  const left = deps.claim.startedAt + maxSeconds * 1000 - deps.clock.now();
  // A clock that was set back gives no more time than the limit itself.
  const timer = startTimer(Math.min(left, maxSeconds * 1000), () => stopFor(limit, "time limit"));
  try {
    return await monitorRun(engine, run, walk, AbortSignal.any([deps.signal, limit.signal]));
  } catch (error) {
    if (deps.signal.aborted || !limit.signal.aborted) throw error;
    await engine.dismiss(run.handle);
    return { message: `Cannot finish the job: found it running for ${maxSeconds} s, wanted an end by then` };
  } finally {
    timer.clear();
  }
}
