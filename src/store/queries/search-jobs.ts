import { and, desc, gte, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { JobSearch } from "../../domain/job-search.ts";
import { jobs } from "../schema.ts";
import { type Argument, build, type Statement } from "../statements.ts";

export type SearchPage = {
  /** Null: jobs of anonymous users only; undefined: everybody's. */
  readonly user?: string | null;
  readonly limit: number;
  readonly before: { readonly createdAt: number; readonly id: string };
  /** Milliseconds since 1970: how long running jobs have run so far. */
  readonly now: number;
};

/** Builds the query of a list with any filters. It is built for each request: there are too many kinds to keep. */
export function searchJobs(search: JobSearch, page: SearchPage): Statement {
  const { user, before, limit } = page;
  const query = build
    .select()
    .from(jobs)
    .where(
      and(
        user === undefined ? undefined : sql`${jobs.user} is ${user}`,
        sql`(${jobs.createdAt}, ${jobs.id}) < (${before.createdAt}, ${before.id})`,
        search.processIds === undefined ? undefined : inArray(jobs.processId, [...search.processIds]),
        search.providerId === undefined ? undefined : sql`${jobs.providerId} is ${search.providerId}`,
        // The order by creation decides which index is read: few jobs are left out by their state.
        search.statuses === undefined ? undefined : sql`+${jobs.status} in ${search.statuses}`,
        search.createdFrom === undefined ? undefined : gte(jobs.createdAt, search.createdFrom),
        search.createdTo === undefined ? undefined : lte(jobs.createdAt, search.createdTo),
        durationCondition(search, page.now),
        ...(search.tags ?? []).map(
          (tag) => sql`exists (select 1 from json_each(${jobs.tags}) as tag where tag.value = ${tag})`,
        ),
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit);
  const { sql: text, params } = query.toSQL();
  return { sql: text, args: params.map(asArgument) };
}

function durationCondition(search: JobSearch, now: number): SQL | undefined {
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  if (least === undefined && most === undefined) return undefined;
  const milliseconds = sql`coalesce(${jobs.finishedAt}, ${now}) - ${jobs.startedAt}`;
  return and(
    sql`${jobs.startedAt} is not null`,
    least === undefined ? undefined : sql`${milliseconds} >= ${least * 1000}`,
    most === undefined ? undefined : sql`${milliseconds} <= ${most * 1000}`,
  );
}

function asArgument(param: unknown): Argument {
  if (typeof param === "string" || typeof param === "number" || param === null) return param;
  throw new TypeError("Cannot search: an argument is neither text nor number");
}
