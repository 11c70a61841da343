import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isOwn, mayDo, type Principal } from "../../domain/people/access.ts";
import type { Database } from "../../store/database/database.ts";
import { fellowsOf } from "./group-jobs.ts";

/** Who had to do with a job. */
export type JobPeople = Pick<Job, "user" | "dismissedBy" | "retriedBy" | "keptBy">;

/**
 * Tells whose job it is to whoever may see it: its owner, members of a group of the owner's, who sees the jobs of others. Who
 * dismissed, retried or keeps it is told to the first and the last.
 */
export function peopleOf(principal: Principal, { user, dismissedBy, retriedBy, keptBy }: Job): JobPeople {
  if (!isOwn(principal, user) && !mayDo(principal, "read-all-jobs")) return defined({ user });
  return defined({ user, dismissedBy, retriedBy, keptBy });
}

/** Tells whether a principal may see jobs of others: of all, or of members of a group of its own. */
export async function seesOthers(deps: { readonly database: Database }, principal: Principal): Promise<boolean> {
  return mayDo(principal, "read-all-jobs") || (await fellowsOf(deps, principal)).length > 0;
}

/** Tells who submitted each of some jobs, by its id. */
export function usersOf(jobs: readonly Job[]): ReadonlyMap<string, string> {
  return new Map(jobs.flatMap(({ id, user }) => (user === undefined ? [] : [[id, user] as const])));
}
