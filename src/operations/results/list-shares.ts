import { defined } from "../../domain/defined.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { type ListedShare, listShares as listStored } from "../../store/results/list-shares.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import type { ShareDeps } from "./share-results.ts";

/** So many shares are listed, the newest. */
export const mostShares = 100;

/**
 * Lists what is shared: results of the principal's own jobs, or of everybody's for who may read all jobs; who comes without a key has none
 * of his own. `hasMore` says that there are older ones besides. Throws `forbidden`.
 */
export async function listShares(
  { database, clock }: Pick<ShareDeps, "database" | "clock">,
  principal: Principal,
): Promise<{ readonly shares: readonly ListedShare[]; readonly hasMore: boolean }> {
  requireAction(principal, "read-own-jobs", "list shares");
  const seesAll = mayDo(principal, "read-all-jobs");
  const { user } = principal;
  if (!seesAll && user === undefined) return { shares: [], hasMore: false };
  const wanted = { at: clock.now(), limit: mostShares + 1, ...defined({ user: seesAll ? undefined : user }) };
  const found = await listStored(database, wanted);
  const visible = await Promise.all(found.map(({ job }) => maySeeJob({ database }, principal, job)));
  const shares = found.slice(0, mostShares).filter((_, index) => visible[index] === true);
  return { shares, hasMore: found.length > mostShares };
}
