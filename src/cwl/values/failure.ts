import type { JobFailure } from "../../domain/job.ts";
import { errorText } from "../../domain/problem.ts";

/** A run that failed for a reason of its own: the job fails with it, and nothing is wrong with the service. */
export class CwlFailure extends Error {
  readonly failure: JobFailure;

  constructor(message: string, facts: Omit<JobFailure, "message"> = {}, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "CwlFailure";
    this.failure = { message, ...facts };
  }
}

/** Words any error as the failure of a job. */
export function toFailure(error: unknown): JobFailure {
  return error instanceof CwlFailure ? error.failure : { message: errorText(error) };
}

/** Names the step at which something went wrong, unless a step inside it did already. */
export function atStep(error: unknown, step: string): CwlFailure {
  const { message, ...facts } = toFailure(error);
  return new CwlFailure(message, { step, ...facts }, { cause: error instanceof CwlFailure ? error.cause : error });
}
