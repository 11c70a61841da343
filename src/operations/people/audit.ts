import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { type Principal, toldRole } from "../../domain/people/access.ts";
import type { AuditAction, AuditActor, NewAuditEntry } from "../../domain/people/audit.ts";
import type { Origin } from "../../domain/people/origin.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { audited } from "../../store/people/audit.ts";

/** What auditing takes. */
export type AuditDeps = {
  readonly database: Database;
  readonly clock: Pick<Clock, "now">;
  /** Told of each line that was written with what it tells; nobody is when absent. */
  readonly onAudited?: (entry: NewAuditEntry) => void;
};

/** Told that somebody reads the job of another user; nobody is when absent. */
export type OnForeignRead = (principal: Principal, job: Pick<Job, "id">) => void;

/** A sign-in that was refused: what tells who it was to be, without any secret, and why. */
export type RefusedSignIn = { readonly who: string; readonly why: string; readonly origin: Origin };
/** Told of refused sign-ins; nobody is when absent. */
export type OnRefusedSignIn = (refused: RefusedSignIn) => void;

/** Returns who asks, as the audit names it. */
export function actorOf(principal: Principal): AuditActor {
  const { user, keyId, origin } = principal;
  const { address, client, requestId } = origin ?? {};
  return { role: toldRole(principal), ...defined({ user, keyId, address, client, requestId }) };
}

/**
 * Gives the database for one change, whose write takes the line of the audit along. `after`: which statement of the write,
 * from 0, tells that the change was made.
 */
export function auditing(
  { database, clock, onAudited }: AuditDeps,
  actor: AuditActor,
  action: AuditAction,
  { subject, after = 0 }: { readonly subject: string; readonly after?: number },
): Database {
  const entry = { at: clock.now(), ...actor, action, subject, outcome: "done" } as const;
  return audited(database, { entry, after, ...(onAudited === undefined ? {} : { onWritten: onAudited }) });
}
