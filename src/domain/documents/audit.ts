import type { Link } from "../links.ts";
import type { AuditEntry } from "../people/audit.ts";

/** One line of the audit, as it is shown. */
export type AuditLine = {
  readonly number: number;
  readonly time: string;
  readonly user?: string;
  readonly role?: string;
  readonly address?: string;
  /** The id of the key that it was done with. */
  readonly keyID?: string;
  /** What kind of program the client said it is: `browser`, `command line`, or a name such as `curl/8.5.0`. */
  readonly client?: string;
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
export function auditLine({ number, at, requestId, jobId, keyId, ...entry }: AuditEntry): AuditLine {
  return {
    number,
    time: new Date(at).toISOString(),
    ...entry,
    ...(keyId === undefined ? {} : { keyID: keyId }),
    ...(requestId === undefined ? {} : { requestID: requestId }),
    ...(jobId === undefined ? {} : { jobID: jobId }),
  };
}

/** Reads what was executed: a process, behind the id of its provider where it has one. */
export function executed(subject: string): Pick<AuditedJob, "process" | "provider"> {
  const at = subject.indexOf("/");
  return at < 0 ? { process: subject } : { provider: subject.slice(0, at), process: subject.slice(at + 1) };
}
