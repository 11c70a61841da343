import type { Job } from "../../domain/jobs/job.ts";
import type { RunAtOnce, UnwrittenJob } from "../../domain/jobs/unwritten-job.ts";

/** How operations reach the runner. A lost wake is harmless: the runner also looks by itself. */
export type RunnerPort = {
  /** Tells of an accepted job, handed over so that it need not be read again. */
  wake(job?: Job): void;
  /**
   * Claims a job by the commit that inserts it, when it may run now; called in the turn that begins the insertion. False when
   * the job waits, or was not inserted: then `wake` is told of it, as of others.
   */
  claimNew(job: Job): false | Promise<boolean>;
  /**
   * Runs a job that nobody was told of, and writes it with its end in one write. Undefined when it is to be written first,
   * as others are: nothing of it was kept.
   */
  runAtOnce(unwritten: UnwrittenJob): Promise<RunAtOnce | undefined>;
  /** Stops what runs for a job that was dismissed. */
  stop(jobId: string): void;
  /** Writes the status document of a job, and from then on again after each of its stages. */
  publishStatus(jobId: string): Promise<void>;
  /** Tells that a write took notifications along. A lost call is harmless as well. */
  notify(): void;
};
