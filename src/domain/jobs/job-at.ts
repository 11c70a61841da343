import { defined } from "../defined.ts";
import type { Job, JobEvent } from "./job.ts";
import { isFinished } from "./job-state.ts";

/** Shows a job as one of its events told it, whatever became of it since. */
export function jobAt(job: Job, event: JobEvent, attempt: number): Job {
  const { stage: _stage, finishedAt: _end, failure: _failure, startedAt, executionId, ...always } = job;
  const isCurrent = job.attempt === attempt;
  return {
    ...always,
    attempt,
    status: event.status,
    progress: event.progress,
    message: event.message,
    updatedAt: event.at,
    ...defined({ stage: event.stage, failure: event.failure }),
    ...(isFinished(event.status) ? { finishedAt: event.at } : {}),
    // A retry has others.
    ...(isCurrent && startedAt !== undefined ? { startedAt } : {}),
    ...(isCurrent && executionId !== undefined ? { executionId } : {}),
  };
}
