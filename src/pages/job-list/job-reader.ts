/** What somebody may do who looks at jobs. */
export type JobReader = {
  readonly mayExecute: boolean;
  readonly seesAllJobs: boolean;
  /** Sees the jobs of some others at least. */
  readonly seesOthers: boolean;
  /** May dismiss, or retry, jobs that are chosen; not when absent. */
  readonly mayDismiss?: boolean;
  readonly mayRetry?: boolean;
};
