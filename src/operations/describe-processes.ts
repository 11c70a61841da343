import { type Principal, seesPrivate } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import { Problem } from "../domain/problem.ts";
import type { Process } from "../domain/process.ts";
import type { Database } from "../store/database.ts";
import { listProcesses as readProcesses } from "../store/processes.ts";
import { requireAction } from "./guard.ts";
import type { ProcessCache } from "./process-cache.ts";

export type DescribeDeps = { readonly database: Database; readonly processes: ProcessCache };

/** A page of a list; `next` continues it, `prev` leads back: undefined at the ends. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string; readonly prev?: string };

/** Lists the processes that may be seen, by id. For whoever has no key these are the public ones. */
export async function listProcesses(
  deps: DescribeDeps,
  principal: Principal | undefined,
  page: { readonly limit: number; readonly after?: string; readonly visibility?: "public" | "private" },
): Promise<Page<Process>> {
  if (principal !== undefined) requireAction(principal, "read-processes", "list processes");
  const { limit, after, visibility } = page;
  // One more than asked tells whether there is a next page.
  const read = await readProcesses(deps.database, {
    limit: limit + 1,
    withPrivate: seesPrivate(principal),
    ...defined({ after, visibility }),
  });
  const items = read.slice(0, limit);
  const last = items.at(-1);
  return read.length > items.length && last !== undefined ? { items, next: last.id } : { items };
}

/**
 * Finds what the name of a process stands for, if it can be executed: its current revision, or the one that the name has.
 * Throws `no-such-process`, also for one that may not be seen.
 */
export async function describeProcess(
  deps: Pick<DescribeDeps, "processes">,
  principal: Principal | undefined,
  name: string,
): Promise<Process> {
  if (principal !== undefined) requireAction(principal, "read-processes", `read process "${name}"`);
  const process = await deps.processes.find(name);
  // An earlier revision is as private as the process is now.
  const current = process === undefined || process.id === name ? process : await deps.processes.find(process.id);
  if (process === undefined || current === undefined || !isVisible(current, principal)) throw noSuchProcess(name);
  return process;
}

/** Words the absence of a process. */
export function noSuchProcess(id: string): Problem {
  return new Problem("no-such-process", `Cannot find process "${id}": no process has this id`);
}

function isVisible(process: Process, principal: Principal | undefined): boolean {
  return process.visibility === "public" || seesPrivate(principal);
}
