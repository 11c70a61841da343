import type { Job } from "./job.ts";
import type { JobStatus, jobMoves } from "./job-state.ts";

/** A change of a job that was written: what metrics and the log tell of. */
export type ToldMove = {
  readonly move: "submit" | keyof typeof jobMoves;
  /** As it was before, but for a job that was just made. */
  readonly job: Job;
  readonly to: JobStatus;
  /** Of a claim, how long it waited; of an end, how long the attempt ran. */
  readonly milliseconds?: number;
  /** It was written together with the end of the job, of which one line tells enough. */
  readonly isWithEnd?: true;
};

/** Told of each move after it was written; it must not throw, and takes no time. */
export type OnMove = (told: ToldMove) => void;
