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

/** How a search weighs its ways. Any values find the same jobs. */
export type SearchLimits = {
  /** So many jobs are looked at one by one: where an index leads to more, reading all rows in order takes less time. */
  readonly mostLookedAt: number;
  /** Jobs of the full-text index are read in the order in which they lie: so many in the time of one. */
  readonly textEase: number;
  /** Where words are looked for job by job, which takes longer, so many. */
  readonly mostLookedThrough: number;
  /** So many are looked at along the index of an order before all are read: a few hundredths of a second. */
  readonly mostWalked: number;
};

const usualLimits: SearchLimits = {
  mostLookedAt: 50_000,
  textEase: 4,
  mostLookedThrough: 1000,
  mostWalked: 20_000,
};

type Found = ListedJob & { readonly isIndexed: boolean };

/** Lists the jobs that a search finds, in its order, from behind a position on. Words are found in indexed jobs only. */
export async function listJobs(
  database: Database,
  filter: JobFilter,
  limits: SearchLimits = usualLimits,
): Promise<readonly ListedJob[]> {
  const { search = {}, order = newestFirst, user: owner, limit, from, now } = filter;
  const page: SearchPage = { owner, order, limit, ...(from === undefined ? {} : { from }) };
  const conditions = conditionsOf(search, owner, now);
  const path = await pathOf(database, page, { search, conditions, limits });
  if (path.kind === "walk") {
    const found = await read(database, page, path, conditions);
    // Otherwise there may be more of them further on than the index was followed, before others that are not indexed.
    const isWhole = found.filter(({ isIndexed }) => isIndexed).length === limit;
    if (isWhole || path.otherwise === undefined) return found.slice(0, limit);
    return read(database, page, path.otherwise, conditions);
  }
  return read(database, page, path, conditions);
}

async function read(
  database: Database,
  page: SearchPage,
  path: SearchPath,
  conditions: readonly Condition[],
): Promise<readonly Found[]> {
  const value = sortValueOf(page.order, path);
  const rows = await database.read(searchJobs(page, path, conditions));
  return rows.map((row) => {
    const job = jobOf(row);
    const number = Number(row.number);
    return {
      job,
      position: { value: sortedValue(job, number, value), number },
      isIndexed: Number(row.is_indexed) === 1,
    };
  });
}

type Weighed = {
  readonly search: JobSearch;
  readonly conditions: readonly Condition[];
  readonly limits: SearchLimits;
};

/** Chooses how the indexed jobs are found. */
async function pathOf(database: Database, page: SearchPage, weighed: Weighed): Promise<SearchPath> {
  const { search, conditions, limits } = weighed;
  const { owner, order } = page;
  const isNewestFirst = order.key === "created";
  const ranges = conditions.filter((condition) => condition.kind === "range");
  const byText = { kind: "text", query: textQuery(conditions, owner), others: ranges } as const;
  const isText = byText.query !== "";
  if (isNewestFirst && ranges.length === 0) return isText ? byText : { kind: "all" };
  if (!isText && ranges.length === 0) return { kind: "walk", most: page.limit };
  const byRange = ranges.map(({ source }, at) => {
    const others = conditions.filter((condition) => condition !== ranges[at]);
    return { kind: "range", source, others } as const;
  });
  const [only] = byRange;
  if (isNewestFirst && conditions.length === 1 && only !== undefined) {
    return only.source.isByCreation ? { ...only, source: createdBehind(search, page) } : only;
  }
  const hasWords = search.text !== undefined;
  const allRows = hasWords ? byText : ({ kind: "scan" } as const);
  const fewInRange = await fewestOf(database, page, byRange, hasWords ? limits.mostLookedThrough : limits.mostLookedAt);
  if (fewInRange !== undefined) return fewInRange;
  if (isNewestFirst && hasWords) return byText;
  const fewInText = await fewestOf(database, page, isText ? [byText] : [], limits.mostLookedAt * limits.textEase);
  if (fewInText !== undefined) return fewInText;
  if (isNewestFirst) return allRows;
  return { kind: "walk", most: hasWords ? limits.mostLookedThrough : limits.mostWalked, otherwise: allRows };
}

/** Finds the path that leads to the fewest jobs; undefined when each leads to too many. */
async function fewestOf<Path extends SearchPath & { readonly kind: "text" | "range" }>(
  database: Database,
  page: SearchPage,
  paths: readonly Path[],
  most: number,
): Promise<Path | undefined> {
  let fewest = most;
  let best: Path | undefined;
  for (const path of paths) {
    const [row] = await database.read(countJobs(page, path, fewest));
    const count = Number(row?.count);
    if (count < fewest) [best, fewest] = [path, count];
  }
  return best;
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
