import type { ToldRole } from "./access.ts";

/** What is audited, each with what its subject is. */
export const auditActions = [
  "execute",
  "dismiss",
  "remove",
  "retry",
  "read",
  "share",
  "unshare",
  "keep",
  "release",
  "deploy",
  "replace",
  "patch",
  "withdraw",
  "restore",
  "undeploy",
  "chown",
  "add-provider",
  "change-provider",
  "remove-provider",
  "create-key",
  "revoke-key",
  "upload",
  "remove-upload",
  "keep-notices",
  "remove-notices",
  "sign-in",
  "sign-out",
  "refuse",
  "start",
  "stop",
] as const;
export type AuditAction = (typeof auditActions)[number];

/** What is done to a job, whose id is the subject. */
export const jobActions = [
  "dismiss",
  "remove",
  "retry",
  "read",
  "share",
  "unshare",
  "keep",
  "release",
] as const satisfies readonly AuditAction[];

/** Returns the id of the job that a line is about; undefined where it is about something else. */
export function jobOfLine(line: {
  readonly action: string;
  readonly subject: string;
  readonly jobID?: string;
}): string | undefined {
  return jobActions.some((action) => action === line.action) ? line.subject : line.jobID;
}

export const auditOutcomes = ["done", "refused"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** One line of the audit before it has its number. Never what was given to a process, and never a secret. */
export type NewAuditEntry = {
  readonly at: number;
  /** Who did it; undefined for a caller without a key. */
  readonly user?: string;
  /** What the key or token may do in one word: an overseer has the role of an admin, held to reading. */
  readonly role?: ToldRole | "operator" | "service";
  /** The network address that it was done from; `local` for a command on the machine of the service. */
  readonly address?: string;
  /** The id of the key that it was done with; undefined for who came without one, such as by a provider of identities. */
  readonly keyId?: string;
  /** What kind of program the client says it is (`clientKind`). */
  readonly client?: string;
  readonly requestId?: string;
  readonly action: AuditAction;
  /** The id of what it was done to: a process, a job, a key, a provider; what was asked for where it was refused. */
  readonly subject: string;
  /** The job, where an execution made one. */
  readonly jobId?: string;
  readonly outcome: AuditOutcome;
};

/** One line of the audit. Numbers rise with each. */
export type AuditEntry = NewAuditEntry & { readonly number: number };

/** Stands behind a request that a setting refused, and not what its sender may. */
export const bySetting = " (by a setting)";

/** Stands behind a request that was refused since it came without a key. */
export const withoutKey = " (without a key)";

const shortName = "[\\w.-]{1,64}(?:[:@][\\w.-]{1,80})?";
const inPath = new RegExp(`/processes/(${shortName})(?=/|$)`);
const routeOfProcess = "/processes/:processId";

/**
 * Puts the process that a request was for into the pattern of its route: a short name of plain signs alone, since names come from
 * strangers; what is longer, or has other signs, stays as the pattern has it.
 */
export function withProcess(route: string, path: string): string {
  const name = route.includes(routeOfProcess) ? inPath.exec(path)?.[1] : undefined;
  return name === undefined ? route : route.replace(routeOfProcess, `/processes/${name}`);
}

/** Finds the process that a request which was refused was for, by its route as the audit has it; undefined where none is named. */
export function processOfRequest(subject: string): string | undefined {
  return /^[A-Z]+ /.test(subject) ? inPath.exec(subject.split(": ", 1)[0]?.split(" (", 1)[0] ?? "")?.[1] : undefined;
}

/** Who does something, from where. */
export type AuditActor = Pick<NewAuditEntry, "user" | "role" | "address" | "keyId" | "client" | "requestId">;

/** The operator, by a command on the machine of the service. */
export const localOperator: AuditActor = { role: "operator", address: "local" };
/** The service itself. */
export const serviceItself: AuditActor = { role: "service", address: "local" };
