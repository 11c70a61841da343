import { defined } from "../../domain/defined.ts";
import type { SeenBy } from "../../domain/documents/job-view.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import { groupsWithJobs } from "../../domain/people/rights.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { groupsOfUser } from "../../store/jobs/group-members.ts";
import { findShare } from "../../store/results/shares.ts";

type SeenByDeps = { readonly database: Database; readonly clock: Clock };

/**
 * Tells who may see a job that a principal looks at, and until when whoever has the address of its share sees its results. Of the
 * groups that it is shared with, somebody who is neither its owner nor sees all jobs knows the own ones only.
 */
export async function readSeenBy(
  { database, clock }: SeenByDeps,
  principal: Principal,
  { id, user, processId }: Pick<Job, "id" | "user" | "processId">,
): Promise<SeenBy> {
  const found = await findShare(database, id, clock.now());
  const share = found && {
    until: new Date(found.expiresAt).toISOString(),
    ...defined({ by: found.user, outputs: found.outputs }),
  };
  if (user === undefined) {
    const owner = principal.user === undefined && principal.role === "admin" ? "machine" : "anonymous";
    return { owner, groups: [], ...defined({ share }) };
  }
  const sharing = groupsWithJobs(principal.rights ?? [], processId);
  const groups = sharing.length === 0 ? [] : await groupsOfUser(database, user);
  const knowsAll = isOwn(principal, user) || mayDo(principal, "read-all-jobs");
  const shown = groups.filter((name) => sharing.includes(name) && (knowsAll || principal.groups?.includes(name)));
  return { owner: isOwn(principal, user) ? "reader" : { user }, groups: shown, ...defined({ share }) };
}
