import { and, eq, inArray, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { jobColumns, jobGone, jobGroups, jobSets, jobValues } from "../schema/job-index.ts";
import { jobs } from "../schema/jobs.ts";
import { processRevisions } from "../schema/processes.ts";
import { argument, build, columnsNamed, compile, insertFrom, member } from "../statements.ts";

/**
 * The full-text index: a virtual table, which is why it does not stand in the schema. It knows a job by the negative of its
 * number: mostly the newest are asked for, and FTS5 goes along its lists in rising order.
 */
const jobTexts = sqliteTable("job_texts", {
  rowid: integer("rowid").notNull(),
  words: text("words").notNull(),
});

/** What is said of a job stands in these; the title of its process comes beside them. */
const saidColumns = ["number", "process_id", "process_revision", "provider_id", "tags", "message", "failure"] as const;
const dueColumns = [...saidColumns, "move_id", "created_at", "started_at", "finished_at", "status", "user"] as const;

/** The finished jobs that are not in the index, those that ended first; not those that must be erased from it before. */
export const selectDue = compile<{ limit: number }>(() =>
  build
    .select(columnsNamed("jobs", dueColumns))
    .from(sql`${jobs} indexed by jobs_not_indexed`)
    .where(sql`is_indexed = 0 and finished_at is not null and number not in (select ${jobGone.number} from ${jobGone})`)
    .orderBy(sql`finished_at`)
    .limit(sql.placeholder("limit")),
);

/** The indexed jobs of a range of numbers, with what is said of them. */
export const selectSaid = compile<{ least: number; most: number }>(() =>
  build
    .select(columnsNamed("jobs", saidColumns))
    .from(sql`${jobs}`)
    .where(sql`number between ${argument("least")} and ${argument("most")} and is_indexed = 1`),
);

/** The titles of revisions of processes: `revisions` is a JSON array of [process, revision]. */
export const selectTitles = compile<{ revisions: string }>(() =>
  build
    .select({
      ...columnsNamed("process_revisions", ["process_id", "revision"]),
      title: sql`description ->> '$.title'`.as("title"),
    })
    .from(sql`json_each(${argument("revisions")}) as one cross join ${processRevisions}`)
    .where(sql`process_id = ${member("one", 0)} and revision = ${member("one", 1)}`),
);

/** `sets` is a JSON array of [term, block]. */
export const selectSets = compile<{ sets: string }>(() =>
  build
    .select(columnsNamed("job_sets", ["term", "block", "numbers"]))
    .from(sql`json_each(${argument("sets")}) as one cross join ${jobSets}`)
    .where(sql`${jobSets.term} = ${member("one", 0)} and ${jobSets.block} = ${member("one", 1)}`),
);

/** Those of the sets that there are; `sets` as for `selectSets`. */
export const selectStoredTerms = compile<{ sets: string }>(() =>
  build
    .select(columnsNamed("job_sets", ["term"]))
    .from(sql`json_each(${argument("sets")}) as one cross join ${jobSets}`)
    .where(sql`${jobSets.term} = ${member("one", 0)} and ${jobSets.block} = ${member("one", 1)}`),
);

export const selectSetsOfBlock = compile<{ block: number }>(() =>
  build
    .select({ term: jobSets.term, block: jobSets.block, numbers: jobSets.numbers })
    .from(jobSets)
    .where(eq(jobSets.block, argument("block"))),
);

/**
 * Stores a set that more jobs were added to; the durations are those of these jobs, null where they are not to be known. Of
 * a set that was stored without them they stay null: so are the least and the greatest of null and anything.
 */
export const putSet = compile<{
  term: string;
  block: number;
  numbers: Uint8Array;
  leastDuration: number | null;
  mostDuration: number | null;
}>(() =>
  build
    .insert(jobSets)
    .values({
      term: argument("term"),
      block: argument("block"),
      numbers: argument("numbers"),
      leastDuration: argument("leastDuration"),
      mostDuration: argument("mostDuration"),
    })
    .onConflictDoUpdate({
      target: [jobSets.term, jobSets.block],
      set: {
        numbers: sql`excluded.numbers`,
        leastDuration: sql`min(least_duration, excluded.least_duration)`,
        mostDuration: sql`max(most_duration, excluded.most_duration)`,
      },
    }),
);

/** Stores a set that jobs were taken out of. */
export const narrowSet = compile<{ term: string; block: number; numbers: Uint8Array }>(() =>
  build
    .update(jobSets)
    .set({ numbers: sql`${argument("numbers")}` })
    .where(and(eq(jobSets.term, argument("term")), eq(jobSets.block, argument("block")))),
);

export const deleteSet = compile<{ term: string; block: number }>(() =>
  build.delete(jobSets).where(and(eq(jobSets.term, argument("term")), eq(jobSets.block, argument("block")))),
);

/** `ids` is a JSON array. */
export const selectColumns = compile<{ ids: string }>(() =>
  build
    .select(columnsNamed("job_columns", ["id", "cells"]))
    .from(sql`json_each(${argument("ids")}) as one cross join ${jobColumns}`)
    .where(sql`${jobColumns.id} = one.value`),
);

export const putColumn = compile<{ id: number; cells: Uint8Array }>(() =>
  build
    .insert(jobColumns)
    .values({ id: argument("id"), cells: argument("cells") })
    .onConflictDoUpdate({ target: jobColumns.id, set: { cells: sql`excluded.cells` } }),
);

export const deleteColumn = compile<{ id: number }>(() =>
  build.delete(jobColumns).where(eq(jobColumns.id, argument("id"))),
);

/** Widens what is known of a group by jobs that come in. */
export const widenGroup = compile<{
  number: number;
  leastCreated: number;
  mostCreated: number;
  leastFinished: number;
  mostFinished: number;
  leastDuration: number;
  mostDuration: number;
  durationClasses: number;
}>(() =>
  build
    .insert(jobGroups)
    .values({
      number: argument("number"),
      leastCreated: argument("leastCreated"),
      mostCreated: argument("mostCreated"),
      leastFinished: argument("leastFinished"),
      mostFinished: argument("mostFinished"),
      leastDuration: argument("leastDuration"),
      mostDuration: argument("mostDuration"),
      durationClasses: argument("durationClasses"),
      isSettled: sql`0`,
    })
    .onConflictDoUpdate({
      target: jobGroups.number,
      set: {
        leastCreated: sql`min(least_created, excluded.least_created)`,
        mostCreated: sql`max(most_created, excluded.most_created)`,
        leastFinished: sql`min(least_finished, excluded.least_finished)`,
        mostFinished: sql`max(most_finished, excluded.most_finished)`,
        leastDuration: sql`min(least_duration, excluded.least_duration)`,
        mostDuration: sql`max(most_duration, excluded.most_duration)`,
        durationClasses: sql`duration_classes | excluded.duration_classes`,
      },
    }),
);

export const narrowGroup = compile<{ number: number; leastFinished: number; mostFinished: number }>(() =>
  build
    .update(jobGroups)
    .set({ leastFinished: argument("leastFinished"), mostFinished: argument("mostFinished") })
    .where(eq(jobGroups.number, argument("number"))),
);

export const deleteGroup = compile<{ number: number }>(() =>
  build.delete(jobGroups).where(eq(jobGroups.number, argument("number"))),
);

/** The first group that is not settled though later jobs are indexed. */
export const selectUnsettled = compile(() =>
  build
    .select(columnsNamed("job_groups", ["number"]))
    .from(sql`${jobGroups} indexed by job_groups_unsettled`)
    .where(sql`is_settled = 0 and ${jobGroups.number} < (select max(number) from job_groups)`)
    .orderBy(jobGroups.number)
    .limit(1),
);

/** `groups` is a JSON array of numbers. */
export const selectSettled = compile<{ groups: string }>(() =>
  build
    .select({ number: jobGroups.number })
    .from(jobGroups)
    .where(
      and(inArray(jobGroups.number, sql`(select value from json_each(${argument("groups")}))`), sql`is_settled = 1`),
    ),
);

export const markSettled = compile<{ number: number }>(() =>
  build
    .update(jobGroups)
    .set({ isSettled: true })
    .where(eq(jobGroups.number, argument("number"))),
);

/** `values` is a JSON array of [kind, value]. */
export const selectValues = compile<{ values: string }>(() =>
  build
    .select(columnsNamed("job_values", ["id", "kind", "value"]))
    .from(sql`json_each(${argument("values")}) as one cross join ${jobValues}`)
    .where(sql`${jobValues.kind} = ${member("one", 0)} and ${jobValues.value} = ${member("one", 1)}`),
);

export const selectLastValue = compile(() => build.select({ id: sql`coalesce(max(id), 0)`.as("id") }).from(jobValues));

/** `values` is a JSON array of [id, kind, value]. */
export const insertValues = compile<{ values: string }>(() =>
  insertFrom(
    jobValues,
    { id: member("one", 0), kind: member("one", 1), value: member("one", 2) },
    { source: sql`json_each(${argument("values")}) as one`, where: undefined },
  ),
);

/** `texts` is a JSON array of [number, words], the newest first: FTS5 begins a new segment at each row that comes out of order. */
export const insertTexts = compile<{ texts: string }>(() =>
  insertFrom(
    jobTexts,
    { rowid: sql`-(${member("one", 0)})`, words: member("one", 1) },
    { source: sql`json_each(${argument("texts")}) as one`, where: undefined },
  ),
);

/** `jobs` is a JSON array of [number, moveId]: a job that moved since it was read is not marked. */
export const markIndexed = compile<{ jobs: string }>(() =>
  build
    .update(jobs)
    .set({ isIndexed: true })
    .from(sql`json_each(${argument("jobs")}) as one`)
    .where(
      sql`number = ${member("one", 0)} and move_id is ${member("one", 1)} and is_indexed = 0 and finished_at is not null`,
    ),
);

/** `jobs` as for `markIndexed`, behind which it stands in the same write. */
export const forgetUnmarked = compile<{ jobs: string }>(() =>
  insertFrom(
    jobGone,
    { number: member("one", 0) },
    {
      source: sql`json_each(${argument("jobs")}) as one`,
      where: sql`not exists (select 1 from ${jobs} where ${jobs.number} = ${member("one", 0)} and is_indexed = 1)`,
    },
  ).onConflictDoNothing(),
);

export const selectGone = compile<{ limit: number }>(() =>
  build.select({ number: jobGone.number }).from(jobGone).orderBy(jobGone.number).limit(sql.placeholder("limit")),
);

/** `numbers` is a JSON array. */
export const deleteGone = compile<{ numbers: string }>(() =>
  build.delete(jobGone).where(sql`${jobGone.number} in (select value from json_each(${argument("numbers")}))`),
);

/** `numbers` is a JSON array. */
export const deleteTexts = compile<{ numbers: string }>(() =>
  build.delete(jobTexts).where(sql`${jobTexts.rowid} in (select -value from json_each(${argument("numbers")}))`),
);

/**
 * The numbers, as a JSON array, of jobs in a range of which a word is said. `words` is a query of FTS5, which goes to the
 * range at once when its ends are integers: as arguments they are not.
 */
export const selectNumbersOfText = compile<{ words: string; least: number; most: number }>(() =>
  build
    .select({ numbers: sql`json_group_array(-rowid)`.as("numbers") })
    .from(jobTexts)
    .where(
      sql`job_texts match ${argument("words")} and rowid between -cast(${argument("most")} as integer) and -cast(${argument("least")} as integer)`,
    ),
);
