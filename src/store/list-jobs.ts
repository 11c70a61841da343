import type { Job } from "../domain/job.ts";
import type { JobSearch } from "../domain/job-search.ts";
import { type JobOrder, newestFirst } from "../domain/job-sort.ts";
import type { Database } from "./database.ts";
import { jobOf } from "./job-rows.ts";
import { type Condition, conditionsOf } from "./queries/search-conditions.ts";
import { type SearchPath, searchJobs, sortValueOf } from "./queries/search-jobs.ts";
import type { JobPosition, SearchPage, SortValue } from "./queries/search-order.ts";
import { planOf, type SearchLimits, type SearchPlan } from "./search-plan.ts";
import { type ListedJob, readByGroups, readInStretches } from "./search-stretches.ts";

export type { JobPosition } from "./queries/search-order.ts";
export type { SearchLimits } from "./search-plan.ts";
export type { ListedJob } from "./search-stretches.ts";

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

const usualLimits: SearchLimits = {
  mostLookedAt: 50_000,
  mostPassed: 600_000,
  mostSampled: 2000,
  mostAsked: 20,
  mostWalked: 20_000,
  mostGroups: 64,
  firstReach: 4096,
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
  const plan = await planOf(database, page, { search, conditions, limits });
  return followPlan({ database, limits, conditions }, page, plan);
}

type Following = {
  readonly database: Database;
  readonly limits: SearchLimits;
  readonly conditions: readonly Condition[];
};

async function followPlan(search: Following, page: SearchPage, plan: SearchPlan): Promise<readonly ListedJob[]> {
  const { database, limits, conditions } = search;
  const piecewise = {
    database,
    page,
    limits,
    read: (part: SearchPage, path: SearchPath) => read(database, part, path, conditions),
  };
  switch (plan.kind) {
    case "once":
      return read(database, page, plan.path, conditions);
    case "walk": {
      const found = await read(database, page, { kind: "walk", most: plan.most }, conditions);
      // Otherwise there may be more of them further on than the index was followed, before others that are not indexed.
      const isWhole = found.filter(({ isIndexed }) => isIndexed).length === page.limit;
      if (isWhole || plan.otherwise === undefined) return found.slice(0, page.limit);
      return followPlan(search, page, plan.otherwise);
    }
    case "groups":
      return (await readByGroups(piecewise, plan.query)) ?? followPlan(search, page, plan.otherwise);
    case "stretches":
      return readInStretches(piecewise, plan.path, plan.created);
    default:
      return plan satisfies never;
  }
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
