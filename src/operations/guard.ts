import { type Action, access, isOwn, mayDo, type Principal, roles, seesPrivate } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { Problem } from "../domain/problem.ts";
import type { Database } from "../store/database.ts";
import { isPrivateProcess } from "../store/processes.ts";

/** Throws `forbidden` unless the principal's role allows an action. `verb` completes "Cannot ...". */
export function requireAction(principal: Principal, action: Action, verb: string): void {
  if (mayDo(principal, action)) return;
  const allowed = roles.filter((role) => access[role].some((one) => one === action));
  throw new Problem("forbidden", `Cannot ${verb}: found role "${principal.role}", wanted ${allowed.join(" or ")}`);
}

/** Tells whether a principal may see what belongs to an owner: its own, or anything when it may read all jobs. */
export function maySee(principal: Principal, owner: string | undefined): boolean {
  return isOwn(principal, owner) || mayDo(principal, "read-all-jobs");
}

/** Tells whether a principal may know of a job: it may see its owner's, and may know of its process. */
export async function maySeeJob(
  deps: { readonly database: Database },
  principal: Principal,
  job: Pick<Job, "user" | "processId" | "processRevision" | "providerId">,
): Promise<boolean> {
  if (!maySee(principal, job.user)) return false;
  return seesPrivate(principal) || !(await isPrivateProcess(deps.database, job));
}
