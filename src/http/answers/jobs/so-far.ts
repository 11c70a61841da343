import type { Job } from "../../../domain/jobs/job.ts";
import { isFinished } from "../../../domain/jobs/job-state.ts";
import { jobTimes } from "../../../domain/jobs/job-times.ts";
import type { JobsSoFar, SoFar } from "../../../pages/job/job-times.ts";

/** Tells how long a job that has not ended has waited and run by now. What an earlier attempt took is no wait of this one. */
export function timesSoFar(job: Job, now: number): SoFar {
  if (isFinished(job.status)) return {};
  const { waiting, running } = jobTimes(job, now);
  return {
    ...(job.attempt > 1 ? {} : { waitingSeconds: waiting / 1000 }),
    ...(running === undefined ? {} : { runningSeconds: running / 1000 }),
  };
}

/** Tells the same of each job of a list, by its id. */
export function soFarOf(jobs: readonly Job[], now: number): JobsSoFar {
  return new Map(jobs.filter(({ status }) => !isFinished(status)).map((job) => [job.id, timesSoFar(job, now)]));
}
