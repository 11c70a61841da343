import type { JobFailure } from "../../domain/jobs/job.ts";
import { errorText } from "../../domain/problem.ts";
import type { Place } from "../document/load/source.ts";

/** A run that failed for a reason of its own: the job fails with it, and nothing is wrong with the service. */
export class CwlFailure extends Error {
  readonly failure: JobFailure;
  /** The field of its process that it is of. */
  readonly field?: Place;
  /** True once its message says where that stands. */
  readonly isLocated: boolean;

  constructor(message: string, facts: Omit<JobFailure, "message"> = {}, options: FailureOptions = {}) {
    super(message, options);
    this.name = "CwlFailure";
    this.failure = { message, ...facts };
    this.isLocated = options.isLocated ?? false;
    if (options.field !== undefined) this.field = options.field;
  }
}

/** Builds the failure of a package that cannot be run as it is written: its author can mend it, and who runs it hardly ever can. */
export function packageFault(message: string, options: FailureOptions = {}): CwlFailure {
  return new CwlFailure(message, { isPackageFault: true }, options);
}

type FailureOptions = { readonly cause?: unknown; readonly field?: Place | undefined; readonly isLocated?: boolean };

/** Words any error as the failure of a job. */
export function toFailure(error: unknown): JobFailure {
  return error instanceof CwlFailure ? error.failure : { message: errorText(error) };
}

/** Names the step at which something went wrong, unless a step inside it did already. */
export function atStep(error: unknown, step: string): CwlFailure {
  const { message, ...facts } = toFailure(error);
  if (!(error instanceof CwlFailure)) return new CwlFailure(message, { step, ...facts }, { cause: error });
  const { cause, field, isLocated } = error;
  return new CwlFailure(message, { step, ...facts }, { cause, field, isLocated });
}
