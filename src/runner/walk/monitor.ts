import type { JobFailure } from "../../domain/jobs/job.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { Engine, Prepared } from "../../engines/engine.ts";
import type { JobWalk } from "./job-walk.ts";

/**
 * Watches a run to its end and shows its percent. Gives the failure of a run that ended badly.
 * Throws the signal's reason when it is aborted: the run goes on.
 */
export async function monitorRun(
  engine: Engine,
  run: { readonly prepared: Prepared; readonly handle: JsonObject },
  walk: JobWalk,
  signal: AbortSignal,
): Promise<JobFailure | undefined> {
  for await (const update of engine.watch(run.prepared, run.handle, signal)) {
    signal.throwIfAborted();
    switch (update.kind) {
      case "progress":
        walk.percent(update.percent, update.message);
        break;
      case "ended":
        return update.failure;
      default:
        return update satisfies never;
    }
  }
  signal.throwIfAborted();
  return { message: "The engine stopped reporting before the end" };
}
