import type { Link } from "../links.ts";
import type { JsonObject } from "../values/json.ts";

/** The times of a job, and what its tools took, by step. */
export type JobStatistics = {
  readonly attempts: number;
  /** In the queue before its last attempt, and after that while nothing of it could go on. */
  readonly waitingSeconds: number;
  readonly runningSeconds: number;
  /** When its first tool began (RFC 3339), how long that had waited for a place to run since the job was taken up, and where; absent until it is known. */
  readonly firstTool?: { readonly started: string; readonly waitingSeconds: number; readonly executor?: string };
  /** Empty until the run has ended, and for what runs elsewhere. */
  readonly steps: readonly JsonObject[];
};

/** The statistics of a job, with their links. */
export type JobStatisticsDocument = JobStatistics & { readonly links: readonly Link[] };
