import { type SQL, sql } from "drizzle-orm";
import { jobGone, jobGroups, jobSets, jobValues } from "../schema/job-index.ts";
import { jobs } from "../schema/jobs.ts";
import { argument, build, compile } from "../statements.ts";

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

/** The sets of a term; not those none of whose jobs lasts as long as is asked for, where this is known. Null: however long. */
export const selectSetsInBlocks = compile<{
  term: string;
  first: number;
  last: number;
  leastDuration: number | null;
  mostDuration: number | null;
}>(() =>
  build
    .select({ block: jobSets.block, numbers: jobSets.numbers })
    .from(jobSets)
    .where(
      sql`${jobSets.term} = ${argument("term")} and ${jobSets.block} between ${argument("first")} and ${argument("last")}
        and (${argument("leastDuration")} is null or most_duration is null or (most_duration >= ${argument("leastDuration")} and least_duration <= ${argument("mostDuration")}))`,
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

/** The groups from group to group in which there may be jobs of a range of durations, as a JSON array. */
export const selectGroupsLasting = compile<{
  first: number;
  last: number;
  leastDuration: number;
  mostDuration: number;
  classes: number;
}>(() =>
  build
    .select({ numbers: sql`json_group_array(number)`.as("numbers") })
    .from(jobGroups)
    .where(sql`${jobGroups.number} between ${argument("first")} and ${argument("last")} and ${lasting}`),
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

type Direction = "asc" | "desc";

/** The first values of a kind in an order, from one of them on; of all of them when `from` is null. */
export const selectFirstValues = {
  rising: firstValues("asc", sql`value >= coalesce(${argument("from")}, '')`),
  // To SQLite every text lies below every blob.
  falling: firstValues("desc", sql`value <= coalesce(${argument("from")}, x'')`),
};

function firstValues(direction: Direction, begins: SQL) {
  return compile<{ kind: string; from: string | null; limit: number }>(() =>
    build
      .select({ value: jobValues.value })
      .from(jobValues)
      .where(sql`${jobValues.kind} = ${argument("kind")} and ${begins}`)
      .orderBy(sql`value ${sql.raw(direction)}`)
      .limit(sql.placeholder("limit")),
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

/** A page of all jobs in the order of their numbers, from behind one of them; from the first one on when `from` is null. */
export const selectPage = {
  rising: pageOfAll("asc", sql`number > coalesce(${argument("from")}, 0)`),
  falling: pageOfAll("desc", sql`number < coalesce(${argument("from")}, ${sql.raw(`${Number.MAX_SAFE_INTEGER}`)})`),
};

function pageOfAll(direction: Direction, begins: SQL) {
  return compile<{ from: number | null; limit: number }>(() =>
    build
      .select()
      .from(jobs)
      .where(begins)
      .orderBy(sql`number ${sql.raw(direction)}`)
      .limit(sql.placeholder("limit")),
  );
}

/** What is asked of jobs that are not indexed: null where nothing is. Lists are JSON arrays, times milliseconds since 1970. */
export type AskedOfUnindexed = {
  /** 0 when jobs of all users are asked for: `user` null are those of anonymous ones. */
  readonly hasUser: number;
  readonly user: string | null;
  readonly processes: string | null;
  /** An empty text stands for this service. */
  readonly providers: string | null;
  readonly statuses: string | null;
  readonly tags: string | null;
  readonly leastCreated: number;
  readonly mostCreated: number;
  /** Milliseconds; that of a job that runs lasts until `now`. */
  readonly leastDuration: number | null;
  readonly mostDuration: number | null;
  readonly now: number;
};

type PageOfUnindexed = AskedOfUnindexed & {
  readonly fromValue: string | number | null;
  readonly fromNumber: number | null;
  readonly limit: number;
};

const isAsked = sql.join(
  [
    sql`(${argument("hasUser")} = 0 or user is ${argument("user")})`,
    isListed("process_id", "processes"),
    isListed("coalesce(provider_id, '')", "providers"),
    isListed("status", "statuses"),
    sql`created_at between ${argument("leastCreated")} and ${argument("mostCreated")}`,
    sql`(${argument("leastDuration")} is null or coalesce(finished_at, ${argument("now")}) - started_at between ${argument("leastDuration")} and ${argument("mostDuration")})`,
    // Last, since tags stand in the row only, not in the index.
    sql`(${argument("tags")} is null or not exists (select 1 from json_each(${argument("tags")}) as tag where tag.value not in (select value from json_each(jobs.tags))))`,
  ],
  sql` and `,
);

function isListed(column: string, list: string): SQL {
  return sql`(${argument(list)} is null or ${sql.raw(column)} in (select value from json_each(${argument(list)})))`;
}

/** Makes the queries of a page of the jobs that are not indexed, sorted by a column: few, they run or wait, or ended just now. */
export function pageOfUnindexed(sorted: string) {
  const page = (direction: Direction) => {
    const column = sql.raw(sorted);
    const isBehind = sql`(${column}, number) ${sql.raw(direction === "asc" ? ">" : "<")} (${argument("fromValue")}, ${argument("fromNumber")})`;
    const order = sql.raw(`${sorted} ${direction}, number ${direction}`);
    const found = sql`select number from jobs indexed by jobs_not_indexed where is_indexed = 0 and (${argument("fromNumber")} is null or ${isBehind}) and ${isAsked} order by ${order} limit ${argument("limit")}`;
    return compile<PageOfUnindexed>(() => build.select().from(jobs).where(sql`number in (${found})`));
  };
  return { rising: page("asc"), falling: page("desc") };
}
