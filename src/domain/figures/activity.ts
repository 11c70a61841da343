/**
 * What the program does at this moment, kept where it can be read when the program does not go on: a few words, and the job
 * that it is done for. What was noted last wins.
 */
export type Activity = {
  /** Notes what is begun. Cheap: nothing is written to a file. */
  begin(doing: string, jobId?: string): void;
  /** Notes that nothing more is done for a job (or without one); what was begun before and goes on stands again. */
  end(jobId?: string): void;
  /** Tells whether something is being done for a job. */
  isAt(jobId: string): boolean;
};

/** Notes nothing. */
export const noActivity: Activity = { begin: () => {}, end: () => {}, isAt: () => false };
