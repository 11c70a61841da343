import type { AuditEntry } from "../audit.ts";
import type { Link } from "../links.ts";

/** One line of the audit, as it is shown. */
export type AuditLine = {
  readonly number: number;
  readonly time: string;
  readonly user?: string;
  readonly role?: string;
  readonly address?: string;
  readonly requestID?: string;
  readonly action: string;
  readonly subject: string;
  readonly jobID?: string;
  readonly outcome: string;
};

/** Of what process a job is that a line names, and whose. */
export type AuditedJob = { readonly process: string; readonly provider?: string; readonly user?: string };

/** A page of the audit. */
export type AuditDocument = { readonly entries: readonly AuditLine[]; readonly links: readonly Link[] };

/** Builds what is shown of a line of the audit. */
export function auditLine({ number, at, requestId, jobId, ...entry }: AuditEntry): AuditLine {
  return {
    number,
    time: new Date(at).toISOString(),
    ...entry,
    ...(requestId === undefined ? {} : { requestID: requestId }),
    ...(jobId === undefined ? {} : { jobID: jobId }),
  };
}

/** Reads what was executed: a process, behind the id of its provider where it has one. */
export function executed(subject: string): Pick<AuditedJob, "process" | "provider"> {
  const at = subject.indexOf("/");
  return at < 0 ? { process: subject } : { provider: subject.slice(0, at), process: subject.slice(at + 1) };
}
