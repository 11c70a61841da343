import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { isInScope, mayDo, type Principal, seesPrivate } from "../../domain/people/access.ts";
import { hasRight, type Rights } from "../../domain/people/rights.ts";
import { meantProcesses } from "../../domain/processes/process-search.ts";
import type { Database } from "../../store/database/database.ts";
import { type ProcessOfJobs, processesOfJobs } from "../../store/processes/processes-of-jobs.ts";

/** Finds which processes the words of a search mean, and searches for their ids instead: a list shows of their jobs those that its reader may see. */
export async function withMeantProcesses(
  { database }: { readonly database: Database },
  search: JobSearch,
  withRemoved: boolean,
): Promise<JobSearch> {
  const { processWords, ...others } = search;
  if (processWords === undefined) return search;
  const known = await processesOfJobs(database, withRemoved);
  const meant = new Set(processWords.flatMap((text) => meantProcesses(text, known)));
  const { processIds } = others;
  return { ...others, processIds: processIds === undefined ? [...meant] : processIds.filter((id) => meant.has(id)) };
}

/** A browser shows some at once. */
const mostOffered = 200;

/** Lists the ids of processes of which there are jobs, and which a principal may know of, besides those that it sees in the list itself. */
export async function offeredProcesses(
  { database, rights = [] }: { readonly database: Database; readonly rights?: Rights },
  principal: Principal,
  shown: readonly string[],
): Promise<readonly string[]> {
  const seesAll = mayDo(principal, "read-all-jobs");
  const isShown = ({ visibility }: ProcessOfJobs) =>
    visibility === "public" || (visibility === "private" && seesPrivate(principal));
  const known = (await processesOfJobs(database, false)).filter(
    (one) => hasRight(rights, principal, "see", one.id) && isInScope(principal, one.id) && (seesAll || isShown(one)),
  );
  return [...new Set([...known.map(({ id }) => id), ...shown])].toSorted().slice(0, mostOffered);
}
