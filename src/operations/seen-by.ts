import { isOwn, mayDo, type Principal } from "../domain/access.ts";
import type { SeenBy } from "../domain/documents/job-view.ts";
import type { Job } from "../domain/job.ts";
import { groupsWithJobs } from "../domain/rights.ts";
import type { Database } from "../store/database.ts";
import { groupsOfUser } from "../store/group-members.ts";

/** Tells who may see a job that a principal looks at. Of the groups that it is shared with, somebody who is neither its owner nor sees all jobs knows the own ones only. */
export async function readSeenBy(
  { database }: { readonly database: Database },
  principal: Principal,
  { user, processId }: Pick<Job, "user" | "processId">,
): Promise<SeenBy> {
  if (user === undefined) {
    return { owner: principal.user === undefined && principal.role === "admin" ? "machine" : "anonymous", groups: [] };
  }
  const sharing = groupsWithJobs(principal.rights ?? [], processId);
  const groups = sharing.length === 0 ? [] : await groupsOfUser(database, user);
  const knowsAll = isOwn(principal, user) || mayDo(principal, "read-all-jobs");
  const shown = groups.filter((name) => sharing.includes(name) && (knowsAll || principal.groups?.includes(name)));
  return { owner: isOwn(principal, user) ? "reader" : { user }, groups: shown };
}
