import { defined } from "../../domain/defined.ts";
import { isInScope, type Principal, seesPrivate } from "../../domain/people/access.ts";
import { hasRight, type Rights } from "../../domain/people/rights.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import {
  byId,
  type ProcessOrder,
  type ProcessSearch,
  wrongProcessQuery,
} from "../../domain/processes/process-search.ts";
import type { Database } from "../../store/database/database.ts";
import { findProcesses } from "../../store/processes/find-processes.ts";
import { listProcesses as readProcesses } from "../../store/processes/processes.ts";
import { requireAction } from "../people/guard.ts";
import type { ProcessCache } from "./process-cache.ts";

export type DescribeDeps = {
  readonly database: Database;
  readonly processes: ProcessCache;
  /** What the operator says of single processes; nothing when absent. */
  readonly rights?: Rights;
};

/** A page of a list; `next` continues it, `prev` leads back: undefined at the ends. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string; readonly prev?: string };

/** Which processes a list shows, and where it begins. */
export type ProcessFilter = {
  readonly limit: number;
  /** The id of the process behind which the page begins. */
  readonly after?: string;
  readonly visibility?: "public" | "private";
  /** All when absent. */
  readonly search?: ProcessSearch;
  /** By id when absent. */
  readonly order?: ProcessOrder;
};

/**
 * Lists the processes that may be seen. For whoever has no key these are the public ones. Throws `forbidden` for an owner
 * that is somebody else, `invalid-query-parameter-value` for an unknown place.
 */
export async function listProcesses(
  deps: Pick<DescribeDeps, "database" | "rights">,
  principal: Principal | undefined,
  filter: ProcessFilter,
): Promise<Page<Process>> {
  if (principal !== undefined) requireAction(principal, "read-processes", "list processes");
  requireOwnOwner(principal, filter.search?.owner);
  const { limit } = filter;
  // One more than asked tells whether there is a next page.
  const read = await readVisible(deps, principal, { ...filter, limit: limit + 1 });
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return read.length > items.length && last !== undefined ? { items, next: last.id } : { items };
}

/** What rights and the key hide leaves no gap in a page. */
async function readVisible(
  deps: Pick<DescribeDeps, "database" | "rights">,
  principal: Principal | undefined,
  filter: ProcessFilter,
): Promise<readonly Process[]> {
  const visible: Process[] = [];
  for (let page = filter; ; ) {
    const read = await readPage(deps, principal, page);
    visible.push(...read.filter((process) => isVisible(deps, process, principal)));
    const last = read.at(-1);
    if (last === undefined || read.length < page.limit || visible.length >= filter.limit) break;
    page = { ...page, after: last.id };
  }
  return visible.slice(0, filter.limit);
}

async function readPage(
  { database }: Pick<DescribeDeps, "database">,
  principal: Principal | undefined,
  { limit, after, visibility, search, order = byId }: ProcessFilter,
): Promise<readonly Process[]> {
  const page = {
    limit,
    withPrivate: seesPrivate(principal),
    ...defined({ after, visibility }),
  };
  if (search === undefined && order === byId) return readProcesses(database, page);
  const found = await findProcesses(database, { ...page, search: search ?? { needles: [] }, order });
  if (found === undefined) throw wrongProcessQuery("after", after ?? "", "a value from a link of a list");
  return found;
}

/** Who owns what is for admins to know. Throws `forbidden`. */
function requireOwnOwner(principal: Principal | undefined, owner: string | undefined): void {
  if (owner === undefined || principal?.role === "admin" || principal?.user === owner) return;
  const detail = `Cannot list processes: found owner "${owner.slice(0, 80)}", wanted your own name, or role "admin"`;
  throw new Problem("forbidden", detail);
}

/**
 * Finds what the name of a process stands for, if it can be executed: its current revision, or the one that the name has.
 * Throws `no-such-process`, also for one that may not be seen.
 */
export async function describeProcess(
  deps: Pick<DescribeDeps, "processes" | "rights">,
  principal: Principal | undefined,
  name: string,
): Promise<Process> {
  if (principal !== undefined) requireAction(principal, "read-processes", `read process "${name}"`);
  const process = await deps.processes.find(name);
  // An earlier revision is hidden when it or the process as it is now is private.
  const current = process === undefined || process.id === name ? process : await deps.processes.find(process.id);
  const isShown = current !== undefined && isVisible(deps, current, principal);
  if (process === undefined || !isShown || !isVisible(deps, process, principal)) throw noSuchProcess(name);
  return process;
}

/** Words the absence of a process. */
export function noSuchProcess(id: string): Problem {
  return new Problem("no-such-process", `Cannot find process "${id}": no process has this id`);
}

function isVisible(
  { rights = [] }: Pick<DescribeDeps, "rights">,
  process: Process,
  principal: Principal | undefined,
): boolean {
  if (!hasRight(rights, principal, "see", process.id)) return false;
  return process.visibility === "public" || (seesPrivate(principal) && isInScope(principal ?? {}, process.id));
}
