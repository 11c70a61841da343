import { Problem, type ProblemKind } from "../problem.ts";
import type { NewAuditEntry } from "./audit.ts";

/** What was tried, as the audit files it: `subject` as the action has it when it is done, `jobId` of the job that is in the way. */
export type Tried = Pick<NewAuditEntry, "action" | "subject" | "jobId">;

/** Says that something is not removed since it is kept for good or in use. The audit files it under what was tried. */
export class HeldProblem extends Problem {
  readonly tried: Tried;

  constructor(kind: Extract<ProblemKind, "kept-job" | "conflict">, detail: string, tried: Tried) {
    super(kind, detail);
    this.tried = tried;
  }
}
