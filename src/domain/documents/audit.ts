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
