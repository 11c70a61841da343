import { mayDo, type Principal } from "../../domain/people/access.ts";
import { type ListDeps, listJobs } from "../jobs/list-jobs.ts";
import { listRevisions } from "./process-revisions.ts";

/** What would go with a process that is undeployed, and what would stay. */
export type UndeployFacts = {
  /** How many of its versions can be run now. */
  readonly versions: number;
  /** Its jobs that the caller may see; undefined for who may read none. */
  readonly jobs?: {
    readonly count: number;
    /** They run or wait. */
    readonly open: number;
    /** There are more than were counted. */
    readonly isMore: boolean;
    /** The caller does not see the jobs of everybody: there may be others. */
    readonly isPart: boolean;
  };
};

/** More are not counted. */
const most = 1000;

/** Reads how many versions a process has that can be run, and how many jobs, of those that a principal may see; at most 1000 of each are counted. Throws `no-such-process`. */
export async function readUndeployFacts(
  deps: ListDeps & Parameters<typeof listRevisions>[0],
  principal: Principal,
  id: string,
): Promise<UndeployFacts> {
  const { items } = await listRevisions(deps, principal, id, { limit: most });
  const versions = items.filter(({ isDeployed }) => isDeployed).length;
  if (!mayDo(principal, "read-own-jobs")) return { versions };
  const search = { processIds: [id], providerIds: [null] };
  const all = await listJobs(deps, principal, { limit: most, search });
  const open = await listJobs(deps, principal, {
    limit: most,
    search: { ...search, statuses: ["accepted", "running"] },
  });
  return {
    versions,
    jobs: {
      count: all.items.length,
      open: open.items.length,
      isMore: all.next !== undefined,
      isPart: !mayDo(principal, "read-all-jobs"),
    },
  };
}
