import type { Job } from "../../domain/jobs/job.ts";
import {
  type Action,
  access,
  isInScope,
  isOwn,
  mayDo,
  type Principal,
  roles,
  seesPrivate,
} from "../../domain/people/access.ts";
import { hasRight } from "../../domain/people/rights.ts";
import { Problem } from "../../domain/problem.ts";
import type { Database } from "../../store/database/database.ts";
import { isPrivateProcess } from "../../store/processes/processes.ts";
import { isOfOwnGroup } from "../jobs/group-jobs.ts";

/**
 * Throws `forbidden` unless the principal's role allows an action, and its key is for it, and for the process where one is named.
 * `verb` completes "Cannot ...".
 */
export function requireAction(principal: Principal, action: Action, verb: string, processId?: string): void {
  const allowed = roles.filter((role) => access[role].some((one) => one === action));
  if (!allowed.includes(principal.role)) {
    throw new Problem("forbidden", `Cannot ${verb}: found role "${principal.role}", wanted ${allowed.join(" or ")}`);
  }
  const { actions = [], processes = [] } = principal.scope ?? {};
  if (!mayDo(principal, action))
    throw narrow(verb, `a key for ${actions.join(", ") || "nothing"}`, `one for ${action}`);
  if (processId === undefined) return;
  requireRight(principal, action, verb, processId);
  if (isInScope(principal, processId)) return;
  throw narrow(verb, `a key for the processes ${processes.join(", ") || "none"}`, `one for "${processId}"`);
}

/** What is asked of rights for an action; the others are for who may see a process. */
function requireRight(principal: Principal, action: Action, verb: string, processId: string): void {
  const wanted = action === "execute" ? "run" : action === "deploy" ? "deploy" : "see";
  if (hasRight(principal.rights ?? [], principal, wanted, processId)) return;
  const who = principal.user === undefined ? "a caller" : `user "${principal.user}"`;
  throw new Problem(
    "forbidden",
    `Cannot ${verb}: found ${who} without the right, wanted one whom the operator gave it`,
  );
}

function narrow(verb: string, found: string, wanted: string): Problem {
  const detail = `Cannot ${verb}: found ${found}, wanted ${wanted}`;
  return new Problem("forbidden", detail, { challenge: "insufficient_scope" });
}

/** Tells whether a principal may execute a process: by its role, by its key, and by what the operator says of the process. */
export function mayRun(principal: Principal, processId: string): boolean {
  const isAllowed = mayDo(principal, "execute") && isInScope(principal, processId);
  return isAllowed && hasRight(principal.rights ?? [], principal, "run", processId);
}

/** Tells whether a principal may see what belongs to an owner: its own, or anything when it may read all jobs. */
export function maySee(principal: Principal, owner: string | undefined): boolean {
  return isOwn(principal, owner) || mayDo(principal, "read-all-jobs");
}

/** Tells whether a principal may know of a job: it may see its owner's, or those of its group, and may know of its process. */
export async function maySeeJob(
  deps: { readonly database: Database },
  principal: Principal,
  job: Pick<Job, "user" | "processId" | "processRevision" | "providerId">,
): Promise<boolean> {
  if (!isInScope(principal, job.processId)) return false;
  if (!maySee(principal, job.user) && !(await isOfOwnGroup(deps, principal, job))) return false;
  return seesPrivate(principal) || !(await isPrivateProcess(deps.database, job));
}
