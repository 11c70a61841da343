import { defined } from "../domain/defined.ts";
import type { JobFailure } from "../domain/jobs/job.ts";
import { isStoppedFor, type StopReason, stopFor } from "../domain/jobs/stop-reason.ts";
import type { JsonObject } from "../domain/values/json.ts";
import { onAbort } from "../domain/waiting/on-abort.ts";
import type { EngineUpdate } from "../engines/engine.ts";
import { createProgress, type Progress } from "./run/progress.ts";
import { toFailure } from "./values/failure.ts";

/** How a run ended. `left` says that it was given up without stopping what ran. */
type RunEnd =
  | { readonly kind: "successful"; readonly outputs: JsonObject }
  | { readonly kind: "failed"; readonly failure: JobFailure }
  | { readonly kind: "left" };

/** A run that this process looks after. */
export type Run = {
  /** Never rejects; resolves when nothing of the run goes on. */
  readonly ended: Promise<RunEnd>;
  /** True once it has ended. */
  readonly isSettled: () => boolean;
  /** Makes it stop: tools are stopped unless the server is `stopping`. */
  readonly stop: (reason: StopReason) => void;
  /** Yields the progress as it changes (the newest, when it changes faster than it is read), then the end. */
  readonly updates: (signal: AbortSignal) => AsyncIterable<EngineUpdate>;
};

/** What a run's work is given. */
export type RunTools = {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Makes everything else of the run stop; the first error is what it failed with. */
  readonly fail: (error: unknown) => void;
};

/** Starts the work of a run. */
export function beginRun(work: (tools: RunTools) => Promise<JsonObject>): Run {
  const controller = new AbortController();
  const listeners = new Set<() => void>();
  const failures: unknown[] = [];
  let latest: EngineUpdate = { kind: "progress", percent: 0 };
  let version = 1;
  let end: RunEnd | undefined;
  const changed = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const progress = createProgress((fraction, message) => {
    latest = { kind: "progress", percent: Math.floor(fraction * 100), ...defined({ message }) };
    changed();
  });
  const fail = (error: unknown) => {
    failures.push(error);
    stopFor(controller, "failed");
  };
  const finish = async (): Promise<RunEnd> => {
    try {
      return { kind: "successful", outputs: await work({ signal: controller.signal, progress, fail }) };
    } catch (error) {
      if (isStoppedFor(controller.signal, "stopping")) return { kind: "left" };
      return { kind: "failed", failure: toFailure(failures[0] ?? error) };
    }
  };
  const ended = finish().then((reached) => {
    end = reached;
    changed();
    return reached;
  });
  const nextChange = async (signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _stop = onAbort(signal, resolve);
    listeners.add(resolve);
    await promise;
    listeners.delete(resolve);
  };
  async function* updates(signal: AbortSignal): AsyncIterable<EngineUpdate> {
    for (let seen = 0; !signal.aborted; ) {
      if (end?.kind === "left") return;
      if (end !== undefined) {
        yield end.kind === "failed" ? { kind: "ended", failure: end.failure } : { kind: "ended" };
        return;
      }
      if (version > seen) {
        seen = version;
        yield latest;
      } else await nextChange(signal);
    }
  }
  return { ended, isSettled: () => end !== undefined, stop: (reason) => stopFor(controller, reason), updates };
}
