import type { JsonObject } from "../json.ts";
import type { ResultView } from "./result-view.ts";

/** An entry of a job's history. */
export type TimelineEntry = {
  /** RFC 3339. */
  readonly at: string;
  readonly status: string;
  readonly stage?: string;
  readonly progress: number;
  readonly message: string;
};

/** What the page of a job shows besides its status document. */
export type JobView = {
  /** Undefined when they are too long for the page, or gone. */
  readonly inputs?: JsonObject;
  /** The last lines of the log. */
  readonly log: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly statistics?: JsonObject;
  readonly results: readonly ResultView[];
  /** How long it has been running, in seconds. */
  readonly runningSeconds?: number;
  /** Where a script goes on to watch it; undefined when it has ended. */
  readonly events?: string;
  readonly mayDismiss: boolean;
  readonly mayRetry: boolean;
  /** The form of its process, filled with the inputs of the job. */
  readonly againUrl?: string;
};
