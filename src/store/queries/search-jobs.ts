import { asc, desc, type SQL, sql } from "drizzle-orm";
import { jobGone, jobGroups, jobSets, jobValues } from "../schema/job-index.ts";
import { jobs } from "../schema/jobs.ts";
import { argument, build, compile, type Statement } from "../statements.ts";
import { statementOf } from "./statement-of.ts";

/** What a search has to know first, as JSON arrays: who left the index, and which groups are not settled. */
export const selectOverview = compile(() =>
  build
    .select({
      gone: sql`(select json_group_array(${jobGone.number}) from ${jobGone})`.as("gone"),
      unsettled:
        sql`(select json_group_array(number) from ${jobGroups} indexed by job_groups_unsettled where is_settled = 0)`.as(
          "unsettled",
        ),
    })
    .from(sql`(select 1)`),
);

const lasting = sql`least_duration <= ${argument("mostDuration")} and most_duration >= ${argument("leastDuration")} and duration_classes & ${argument("classes")} <> 0`;
const created = sql`least_created <= ${argument("mostCreated")} and most_created >= ${argument("leastCreated")}`;
const inGroups = sql`${created} and (${argument("classes")} is null or ${lasting})`;

/** The first and the last group in which there may be jobs of a range of times and of durations; `classes` is null for all durations. */
export const selectGroupBounds = compile<{
  leastCreated: number;
  mostCreated: number;
  leastDuration: number;
  mostDuration: number;
  classes: number | null;
}>(() =>
  build
    .select({
      least: sql`(select number from ${jobGroups} where ${inGroups} order by number limit 1)`.as("least"),
      most: sql`(select number from ${jobGroups} where ${inGroups} order by number desc limit 1)`.as("most"),
    })
    .from(sql`(select 1)`),
);

export const selectSetsInBlocks = compile<{ term: string; first: number; last: number }>(() =>
  build
    .select({ block: jobSets.block, numbers: jobSets.numbers })
    .from(jobSets)
    .where(
      sql`${jobSets.term} = ${argument("term")} and ${jobSets.block} between ${argument("first")} and ${argument("last")}`,
    ),
);

/** Those of the terms (a JSON array) that have no set. */
export const selectTermsWithoutSets = compile<{ terms: string }>(() =>
  build
    .select({ term: sql`one.value`.as("term") })
    .from(sql`json_each(${argument("terms")}) as one`)
    .where(sql`not exists (select 1 from ${jobSets} where ${jobSets.term} = one.value)`),
);

/** Groups of a range in which there may be jobs of a range of times, with the times of their first and last job. */
export const selectGroupsCreated = compile<{ first: number; last: number; least: number; most: number }>(() =>
  build
    .select({ number: jobGroups.number, least: jobGroups.leastCreated, most: jobGroups.mostCreated })
    .from(jobGroups)
    .where(
      sql`${jobGroups.number} between ${argument("first")} and ${argument("last")} and most_created >= ${argument("least")} and least_created <= ${argument("most")}`,
    )
    .orderBy(jobGroups.number),
);

/** The numbers, as a JSON array, of jobs from number to number that were created from time to time. */
export const selectCreated = compile<{ first: number; last: number; least: number; most: number }>(() =>
  build
    .select({ numbers: sql`json_group_array(${jobs.number})`.as("numbers") })
    .from(jobs)
    .where(
      sql`${jobs.number} between ${argument("first")} and ${argument("last")} and ${jobs.createdAt} between ${argument("least")} and ${argument("most")}`,
    ),
);

/** Those of some groups (a JSON array) in which there may be jobs of a range of durations, as a JSON array. */
export const selectGroupsLasting = compile<{
  groups: string;
  leastDuration: number;
  mostDuration: number;
  classes: number;
}>(() =>
  build
    .select({ numbers: sql`json_group_array(number)`.as("numbers") })
    .from(sql`json_each(${argument("groups")}) as one cross join ${jobGroups}`)
    .where(sql`number = one.value and ${lasting}`),
);

/** Groups, as a JSON array of [number, first end, last end]. */
export const selectGroupsFinished = compile(() =>
  build
    .select({ groups: sql`json_group_array(json_array(number, least_finished, most_finished))`.as("groups") })
    .from(jobGroups),
);

/** The ids of a kind's values in the order of these, as a JSON array. */
export const selectValuesInOrder = compile<{ kind: string }>(() =>
  build
    .select({ ids: sql`json_group_array(id)`.as("ids") })
    .from(sql`(select id from ${jobValues} where ${jobValues.kind} = ${argument("kind")} order by ${jobValues.value})`),
);

/** Builds the query of a kind's first values in an order, from one of them on. */
export function selectFirstValues(asked: {
  readonly kind: string;
  readonly isDescending: boolean;
  readonly limit: number;
  readonly from?: string;
}): Statement {
  const { kind, isDescending, limit, from } = asked;
  const begins =
    from === undefined ? sql`true` : sql`${jobValues.value} ${sql.raw(isDescending ? "<=" : ">=")} ${from}`;
  return statementOf(
    build
      .select({ value: jobValues.value })
      .from(jobValues)
      .where(sql`${jobValues.kind} = ${kind} and ${begins}`)
      .orderBy(isDescending ? desc(jobValues.value) : asc(jobValues.value))
      .limit(limit),
  );
}

/** How many of a kind's values stand before one, and up to it. */
export const selectPlaceOfValue = compile<{ kind: string; value: string }>(() =>
  build
    .select({
      before: sql`count(*) filter (where ${jobValues.value} < ${argument("value")})`.as("before"),
      upTo: sql`count(*)`.as("up_to"),
    })
    .from(jobValues)
    .where(sql`${jobValues.kind} = ${argument("kind")} and ${jobValues.value} <= ${argument("value")}`),
);

/** Indexed jobs by number; `numbers` is a JSON array. */
export const selectIndexedJobs = compile<{ numbers: string }>(() =>
  build
    .select()
    .from(jobs)
    .where(sql`${jobs.number} in (select value from json_each(${argument("numbers")})) and is_indexed = 1`),
);

/** A page of a list: what its jobs are sorted by, in a row of `jobs`, where it begins, and how long it is. */
export type PageOfRows = {
  readonly sorted: string;
  readonly isDescending: boolean;
  readonly from?: { readonly value: string | number; readonly number: number };
  readonly limit: number;
};

/** Builds the query of a page of all jobs in the order of their numbers. */
export function selectPage({ isDescending, from, limit }: PageOfRows): Statement {
  const begins = from === undefined ? sql`true` : sql`number ${sql.raw(isDescending ? "<" : ">")} ${from.number}`;
  const direction = sql.raw(isDescending ? "desc" : "asc");
  return statementOf(build.select().from(jobs).where(begins).orderBy(sql`number ${direction}`).limit(limit));
}

/** Builds the query of a page of the jobs that are not indexed: few, they run or wait, or ended just now. */
export function selectUnindexedPage(page: PageOfRows, conditions: readonly SQL[]): Statement {
  const { isDescending, from, limit } = page;
  const sorted = sql.raw(page.sorted);
  const direction = sql.raw(isDescending ? "desc" : "asc");
  const begins =
    from === undefined
      ? sql`true`
      : sql`(${sorted}, number) ${sql.raw(isDescending ? "<" : ">")} (${from.value}, ${from.number})`;
  const holds = sql.join([sql`is_indexed = 0`, begins, ...conditions], sql` and `);
  const found = sql`select number from jobs indexed by jobs_not_indexed where ${holds} order by ${sorted} ${direction}, number ${direction} limit ${limit}`;
  return statementOf(build.select().from(jobs).where(sql`number in (${found})`));
}
