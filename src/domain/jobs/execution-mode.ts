import { defined } from "../defined.ts";
import { fault } from "../faults.ts";
import type { Fault } from "../problem.ts";
import type { ProcessDescription } from "../processes/process.ts";
import type { ExecutionMode } from "./execution.ts";

/** What a client prefers (RFC 7240); all of it is a hint. */
export type Preferences = {
  readonly respondAsync: boolean;
  /** How long the client wants to wait for a synchronous answer. */
  readonly waitSeconds?: number;
  readonly return?: "minimal" | "representation";
};

/** How a job is answered. */
export type ChosenMode = {
  readonly isSync: boolean;
  /** The client's own limit; undefined when it gave none. */
  readonly waitSeconds?: number;
};

/**
 * Chooses between a synchronous and an asynchronous answer: the preference wins over the body's `mode`, and what the
 * process offers over both; synchronous when nothing else says (OGC 18-062r2 /req/core/process-execute-default-execution-mode).
 * A `mode` that the process does not offer is a fault; a preference is not.
 */
export function chooseMode(
  mode: ExecutionMode,
  preferences: Preferences,
  description: Pick<ProcessDescription, "jobControlOptions">,
): { readonly chosen: ChosenMode; readonly fault?: Fault } {
  const offered = description.jobControlOptions ?? [];
  const offersAsync = offered.includes("async-execute");
  const offersSync = offered.includes("sync-execute") || !offersAsync;
  const wait = defined({ waitSeconds: preferences.waitSeconds });
  if (mode === "async" && !offersAsync) {
    return { chosen: { isSync: true }, fault: fault("/mode", mode, "sync or auto: the process runs synchronously") };
  }
  if (mode === "sync" && !offersSync) {
    return { chosen: { isSync: false }, fault: fault("/mode", mode, "async or auto: the process runs asynchronously") };
  }
  if (!offersSync) return { chosen: { isSync: false } };
  if (!offersAsync) return { chosen: { isSync: true, ...wait } };
  if (preferences.waitSeconds !== undefined) return { chosen: { isSync: true, ...wait } };
  if (preferences.respondAsync) return { chosen: { isSync: false } };
  return { chosen: { isSync: mode !== "async" } };
}
