import type { Job } from "../../domain/jobs/job.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Principal } from "../../domain/people/access.ts";
import { groupsForJobs, type Rights, sharesJobs } from "../../domain/people/rights.ts";
import type { Database } from "../../store/database/database.ts";
import { groupsOfUser, membersOf, saveGroups } from "../../store/jobs/group-members.ts";

type Deps = { readonly database: Database };

/** A list shows the jobs of so many members at most: each is a question of its own. */
const maxMembers = 100;

/** Tells whether a job is of a member of a group of the principal's that may see the jobs of its members. */
export async function isOfOwnGroup(
  { database }: Deps,
  principal: Principal,
  { user, processId }: Pick<Job, "user" | "processId">,
): Promise<boolean> {
  const groups = groupsForJobs(principal, processId);
  if (groups.length === 0 || user === undefined) return false;
  return (await groupsOfUser(database, user)).some((group) => groups.includes(group));
}

/** Lists the other users whose jobs a principal may see some of. */
export async function fellowsOf({ database }: Deps, principal: Principal): Promise<readonly string[]> {
  const groups = groupsForJobs(principal);
  if (groups.length === 0) return [];
  const users = await membersOf(database, groups, maxMembers + 1);
  return users.filter((user) => user !== principal.user).slice(0, maxMembers);
}

/** Makes the function that keeps the groups of users where rights ask for them: once for each change, and nobody waits for it. */
export function createGroupNotes(
  deps: Deps & { readonly logger?: Pick<Logger, "warn">; readonly rights?: Rights },
): (principal: Principal) => void {
  if (!sharesJobs(deps.rights ?? [])) return () => {};
  const noted = new Map<string, string>();
  return ({ user, groups }) => {
    if (user === undefined || groups === undefined) return;
    const text = JSON.stringify(groups);
    if (noted.get(user) === text) return;
    if (noted.size >= 10_000) noted.clear();
    noted.set(user, text);
    saveGroups(deps.database, user, groups).catch((error: unknown) => {
      noted.delete(user);
      deps.logger?.warn("Cannot store the groups of a user", { user, error });
    });
  };
}
