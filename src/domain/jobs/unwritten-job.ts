import type { Process } from "../processes/process.ts";
import type { Job, JobEnd, NewJobEvent } from "./job.ts";

/** A job of which nothing is written and nobody was told. */
export type UnwrittenJob = {
  readonly job: Job;
  readonly process: Process;
  /** The event of its acceptance. */
  readonly accepted: NewJobEvent;
  /** It is written while fewer jobs of its client wait. */
  readonly maxQueued?: number;
};

/** What became of a job that ran before it was written: it stands with its end, or it does not, as so many of its client wait. */
export type RunAtOnce =
  | { readonly kind: "ended"; readonly end: JobEnd }
  | { readonly kind: "full"; readonly queued: number };
