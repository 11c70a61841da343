import { type Action, access, isOwn, mayDo, type Principal, roles } from "../domain/access.ts";
import { Problem } from "../domain/problem.ts";

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
