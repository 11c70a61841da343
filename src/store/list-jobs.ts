import type { Job } from "../domain/job.ts";
import type { JobSearch } from "../domain/job-search.ts";
import { type JobOrder, newestFirst } from "../domain/job-sort.ts";
import type { Database } from "./database.ts";
import { jobOf } from "./job-rows.ts";
import { type Condition, conditionsOf, createdSource, textQuery } from "./queries/search-conditions.ts";
import {
  countJobs,
  type JobPosition,
  type SearchPage,
  type SearchPath,
  type SortValue,
  searchJobs,
  sortValueOf,
} from "./queries/search-jobs.ts";

export type { JobPosition } from "./queries/search-jobs.ts";

export type JobFilter = {
  /** Null: jobs of anonymous users only; undefined: everybody's. */
  readonly user?: string | null;
  readonly search?: JobSearch;
  /** The newest first when absent. */
  readonly order?: JobOrder;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  /** The position of the last job of the page before. */
  readonly from?: JobPosition;
};

/** A job of a list, and where it stands there. */
export type ListedJob = { readonly job: Job; readonly position: JobPosition };

/** So many jobs are looked at one by one: where an index leads to more of them, reading all rows in order takes less time. */
const mostLookedAt = 50_000;
/** Jobs of the full-text index are read in the order in which they lie: so many in the time of one. */
const textEase = 4;
/** Where words are looked for job by job, which takes longer, so many. */
const mostLookedThrough = 1000;
/** So many are looked at along the index of an order before all rows are read: a few hundredths of a second. */
const mostWalked = 20_000;
/** The first stretch of numbers that is looked at against the order of the full-text index; each next one is longer. */
const firstReach = 4096;
const reachGrowth = 16;
/** Longer than there can be jobs. */
const lastReach = firstReach * reachGrowth ** 8;

/** Lists the jobs that a search finds, in its order, from behind a position on. Words are found in indexed jobs only. */
export async function listJobs(database: Database, filter: JobFilter): Promise<readonly ListedJob[]> {
  const { search = {}, order = newestFirst, user: owner, limit, from, now } = filter;
  const page: SearchPage = { owner, order, limit, ...(from === undefined ? {} : { from }) };
  const conditions = conditionsOf(search, owner, now);
  const path = await pathOf(database, page, search, conditions);
  switch (path.kind) {
    case "text":
      return order.key === "created" && !order.isDescending && from !== undefined
        ? readBackwards(database, page, path, conditions)
        : read(database, page, path, conditions);
    case "walk": {
      const found = await read(database, page, path, conditions);
      const isFiltered = conditions.length > 0 || owner !== undefined;
      // There may be more, further along than the index was followed.
      return isFiltered && found.length < limit ? read(database, page, { kind: "scan" }, conditions) : found;
    }
    default:
      return read(database, page, path, conditions);
  }
}

/** Reads a page against the order of the full-text index, in stretches until it is full. */
async function readBackwards(
  database: Database,
  page: SearchPage,
  path: SearchPath & { readonly kind: "text" },
  conditions: readonly Condition[],
): Promise<readonly ListedJob[]> {
  const start = page.from?.number ?? 0;
  for (let reach = firstReach; reach < lastReach; reach *= reachGrowth) {
    const found = await read(database, page, { ...path, reach }, conditions);
    const last = found.at(-1)?.position.number ?? Number.POSITIVE_INFINITY;
    // A job that is not indexed may stand behind indexed ones that were not reached.
    if (found.length === page.limit && last <= start + reach) return found;
  }
  return read(database, page, { ...path, reach: lastReach }, conditions);
}

async function read(
  database: Database,
  page: SearchPage,
  path: SearchPath,
  conditions: readonly Condition[],
): Promise<readonly ListedJob[]> {
  const value = sortValueOf(page.order, path);
  const rows = await database.read(searchJobs(page, path, conditions));
  return rows.map((row) => {
    const job = jobOf(row);
    const number = Number(row.number);
    return { job, position: { value: sortedValue(job, number, value), number } };
  });
}

/** Chooses how the indexed jobs are found. */
async function pathOf(
  database: Database,
  page: SearchPage,
  search: JobSearch,
  conditions: readonly Condition[],
): Promise<SearchPath> {
  const { owner, order } = page;
  const isNewestFirst = order.key === "created";
  const ranges = conditions.filter((condition) => condition.kind === "range");
  const byText = { kind: "text", query: textQuery(conditions, owner), others: ranges } as const;
  const isText = byText.query !== "";
  if (isNewestFirst && ranges.length === 0) return isText ? byText : { kind: "all" };
  const byRange = ranges.map(({ source }, at) => {
    const others = conditions.filter((condition) => condition !== ranges[at]);
    return { kind: "range", source, others } as const;
  });
  const [only] = byRange;
  if (isNewestFirst && conditions.length === 1 && only !== undefined) {
    return only.source.isByCreation ? { ...only, source: createdBehind(search, page) } : only;
  }
  const hasWords = search.text !== undefined;
  let fewest = hasWords ? mostLookedThrough : mostLookedAt;
  let best: SearchPath | undefined;
  for (const path of [...byRange, ...(isText && !hasWords ? [byText] : [])]) {
    const ease = path.kind === "text" ? textEase : 1;
    const [row] = await database.read(countJobs(page, path, fewest * ease));
    const count = Number(row?.count) / ease;
    if (count < fewest) [best, fewest] = [path, count];
  }
  if (best !== undefined) return best;
  if (hasWords) return byText;
  return isNewestFirst
    ? { kind: "scan" }
    : { kind: "walk", most: conditions.length === 0 && owner === undefined ? page.limit : mostWalked };
}

/** Where the order is that of creation, a page begins within the range: the index is entered there. */
function createdBehind({ createdFrom = 0, createdTo = Number.MAX_SAFE_INTEGER }: JobSearch, page: SearchPage) {
  const { from, order, owner } = page;
  if (from === undefined) return createdSource(createdFrom, createdTo, owner);
  const at = Number(from.value);
  return order.isDescending
    ? createdSource(createdFrom, Math.min(createdTo, at), owner)
    : createdSource(Math.max(createdFrom, at), createdTo, owner);
}

/** The same value as the database sorts by. */
function sortedValue(job: Job, number: number, value: SortValue): string | number {
  switch (value) {
    case "acceptance":
      return number;
    case "creation":
      return job.createdAt;
    case "finished":
      return job.finishedAt ?? -1;
    case "status":
      return job.status;
    case "processID":
      return job.processId;
    case "provider":
      return job.providerId ?? "";
    case "user":
      return job.user ?? "";
    default:
      return value satisfies never;
  }
}
