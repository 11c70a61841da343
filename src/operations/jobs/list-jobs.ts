import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { type JobOrder, newestFirst, type SortKey } from "../../domain/jobs/job-sort.ts";
import { mayDo, type Principal, seesPrivate } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { comparePositions } from "../../store/job-lists/position.ts";
import { withLiveProgress } from "../../store/jobs/job-events.ts";
import { type JobPosition, type ListedJob, listJobs as readJobs } from "../../store/jobs/list-jobs.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import type { Page } from "../processes/describe-processes.ts";
import { fellowsOf } from "./group-jobs.ts";
import { withMeantProcesses } from "./job-processes.ts";
import { withMeantJobs } from "./meant-jobs.ts";

export type JobFilter = {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string;
  /** The `prev` of the page behind. */
  readonly before?: string;
  readonly search?: JobSearch;
  /** Only jobs of this user, or with null of who has no name; of one whose jobs the principal may not see, there are none. */
  readonly user?: string | null;
  /** The newest first when absent. */
  readonly order?: JobOrder;
  /** Also those that were removed, for who keeps the history. */
  readonly withRemoved?: boolean;
};

export type ListDeps = { readonly database: Database; readonly clock: Clock };

/** Lists jobs: the principal's own, or everybody's for who may read them. Pages hold while jobs come and go. */
export async function listJobs(deps: ListDeps, principal: Principal, filter: JobFilter): Promise<Page<Job>> {
  requireAction(principal, "read-own-jobs", "list jobs");
  const { limit, after, before, search = {}, order = newestFirst } = filter;
  const owners = await ownersFor(deps, principal, filter.user);
  const from = readCursor(before ?? after, order.key, before === undefined ? "after" : "before");
  if (filter.withRemoved === true) requireAction(principal, "read-all-jobs", "list removed jobs");
  const reading = {
    // One more than asked tells whether there is a further page.
    limit: limit + 1,
    search: await withMeantProcesses(deps, await withMeantJobs(deps, search), filter.withRemoved === true),
    withRemoved: filter.withRemoved === true,
    // A page that ends before a job is read from there back.
    order: before === undefined ? order : { ...order, isDescending: !order.isDescending },
    now: deps.clock.now(),
    ...defined({ from }),
  };
  const lists = await Promise.all(owners.map((owner) => readVisible(deps, principal, { ...reading, ...owner })));
  const found = joined(lists, reading.order, reading.limit);
  const shown = found.slice(0, limit);
  const listed = before === undefined ? shown : shown.toReversed();
  const [first, last] = [listed[0], listed.at(-1)];
  const hasMore = found.length > shown.length;
  // Whoever turned a page came from somewhere.
  const [hasNext, hasPrev] = before === undefined ? [hasMore, after !== undefined] : [true, hasMore];
  return {
    items: listed.map(({ job }) => withLiveProgress(deps.database, job)),
    ...(hasNext && last !== undefined ? { next: cursorOf(last.position) } : {}),
    ...(hasPrev && first !== undefined ? { prev: cursorOf(first.position) } : {}),
  };
}

/** Whose jobs are read, of those of which a principal may see some: everybody's, or its own and those of the groups that it is in. */
async function ownersFor(
  deps: ListDeps,
  principal: Principal,
  only: string | null | undefined,
): Promise<readonly { readonly user?: string | null }[]> {
  if (mayDo(principal, "read-all-jobs")) return [defined({ user: only })];
  const fellows = await fellowsOf(deps, principal);
  const owners = [{ user: principal.user ?? null }, ...fellows.map((user) => ({ user }))];
  return only === undefined ? owners : owners.filter(({ user }) => user === only);
}

/** Where of the first page of somebody else's jobs few are for the caller, the next ones have this size. */
const fellowPage = 500;

/** Joins lists of jobs to one in the same order. */
function joined(lists: readonly (readonly ListedJob[])[], order: JobOrder, limit: number): readonly ListedJob[] {
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0) return only;
  const all = lists.flat().toSorted((one, other) => comparePositions(one.position, other.position, order));
  return all.slice(0, limit);
}

type Reading = Parameters<typeof readJobs>[1];

/** What may not be known of leaves no gap in a page, and no place of it stands in a link. */
async function readVisible(deps: ListDeps, principal: Principal, reading: Reading): Promise<readonly ListedJob[]> {
  // What is another's is looked at for itself, one's own only where it may be hidden.
  const isOwnList = mayDo(principal, "read-all-jobs") || reading.user === (principal.user ?? null);
  const seesAll = isOwnList && seesPrivate(principal) && principal.scope?.processes === undefined;
  const maySee = seesAll ? async () => true : rememberingSight(deps, principal);
  const visible: ListedJob[] = [];
  let [from, pageSize] = [reading.from, reading.limit];
  for (;;) {
    const read = await readJobs(deps.database, { ...reading, limit: pageSize, ...defined({ from }) });
    for (const one of read) if (await maySee(one.job)) visible.push(one);
    const last = read.at(-1);
    if (last === undefined || read.length < pageSize || visible.length >= reading.limit) break;
    from = last.position;
    if (!isOwnList) pageSize = Math.max(reading.limit, fellowPage);
  }
  return visible.slice(0, reading.limit);
}

/** Makes the function that tells of each job of a list whether a principal may see it: of those of one user and process the same holds. */
function rememberingSight(deps: ListDeps, principal: Principal): (job: Job) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (job) => {
    const { user, processId, processRevision, providerId } = job;
    const key = JSON.stringify([user, processId, processRevision, providerId]);
    const told = known.get(key) ?? maySeeJob(deps, principal, job);
    known.set(key, told);
    return told;
  };
}

function cursorOf({ number, value }: JobPosition): string {
  return value === number ? String(number) : `${number}.${value}`;
}

const numericKeys: readonly SortKey[] = ["created", "finished"];

function readCursor(cursor: string | undefined, key: SortKey, name: string): JobPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, digits, text] = /^(\d{1,15})(?:\.(.*))?$/s.exec(cursor) ?? [];
  const number = Number(digits);
  const isNumeric = numericKeys.includes(key);
  if (text === undefined && key === "created" && digits !== undefined) return { number, value: number };
  if (text !== undefined && (!isNumeric || /^-?\d{1,15}$/.test(text))) {
    return { number, value: isNumeric ? Number(text) : text };
  }
  const detail = `Cannot list jobs: found ${name} "${cursor}", wanted a value from a link of a list`;
  throw new Problem("invalid-query-parameter-value", detail);
}
