import { mayDo, type Principal, seesPrivate } from "../../domain/people/access.ts";
import type { Database } from "../../store/database/database.ts";
import { countJobs } from "../../store/jobs/count-jobs.ts";
import { fellowsOf } from "./group-jobs.ts";

/** More jobs are not counted. */
export const mostCountedJobs = 10_000;

/**
 * Counts the jobs of a list that is narrowed to nothing: at most one more than `mostCountedJobs`. Undefined for a principal of whose
 * list each job has to be looked at: it sees those of some others, or not all of its own.
 */
export async function countVisibleJobs(
  deps: { readonly database: Database },
  principal: Principal,
): Promise<number | undefined> {
  if (!seesPrivate(principal) || principal.scope?.processes !== undefined) return undefined;
  const limit = mostCountedJobs + 1;
  if (mayDo(principal, "read-all-jobs")) return countJobs(deps.database, { limit });
  if ((await fellowsOf(deps, principal)).length > 0) return undefined;
  return countJobs(deps.database, { user: principal.user ?? null, limit });
}
