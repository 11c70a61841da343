import { and, eq, type SQL, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { jobSpans, jobTags } from "../schema/job-lists.ts";
import { jobs } from "../schema/jobs.ts";
import { processRevisions } from "../schema/processes.ts";
import { argument, build, compile, insertFrom } from "../statements.ts";

/** The full-text index: a virtual table, which is why it does not stand in the schema. */
export const jobTexts = sqliteTable("job_texts", {
  rowid: integer("rowid").notNull(),
  words: text("words").notNull(),
});

/** What is said of a job, but for its last message, where the revision of its process is joined. */
export const textColumns = {
  hidden: jobs.hidden,
  processId: jobs.processId,
  providerId: jobs.providerId,
  tags: jobs.tags,
  failure: jobs.failure,
  title: sql`${processRevisions.description} ->> '$.title'`.as("title"),
};

export const selectTexts = compile<{ jobId: string }>(() =>
  build
    .select(textColumns)
    .from(jobs)
    .leftJoin(
      processRevisions,
      and(eq(processRevisions.processId, jobs.processId), eq(processRevisions.revision, jobs.processRevision)),
    )
    .where(eq(jobs.id, argument("jobId"))),
);

const wasMoved = sql`jobs.id = ${argument("jobId")} and jobs.move_id = ${argument("moveId")}`;
const isToList = sql`${wasMoved} and jobs.hidden < 2`;
type Move = { readonly jobId: string; readonly moveId: string };

export const insertWords = compile<Move & { words: string }>(() =>
  insertFrom(
    jobTexts,
    { rowid: sql`iif(jobs.hidden = 0, jobs.number, -jobs.number)`, words: argument("words") },
    { source: sql`jobs`, where: isToList },
  ),
);

export const insertTags = compile<Move>(() =>
  insertFrom(
    jobTags,
    { hidden: sql`jobs.hidden`, tag: sql`tag.value`, number: sql`jobs.number` },
    { source: sql`jobs cross join json_each(jobs.tags) as tag`, where: isToList },
  ).onConflictDoNothing(),
);

/** Numbers of one span. */
export const spanSize = 1024;
const spanOf = sql.raw(`jobs.number / ${spanSize}`);
/** Spans are kept wider, by minutes, so that few jobs change the one they lie in. */
const minute = sql.raw("60000");

export const widenSpan = compile<Move>(() =>
  insertFrom(
    jobSpans,
    {
      span: spanOf,
      leastCreated: sql`jobs.created_at / ${minute} * ${minute}`,
      mostCreated: sql`(jobs.created_at / ${minute} + 1) * ${minute}`,
    },
    {
      source: sql`jobs`,
      where: sql`${isToList} and not exists (select 1 from ${jobSpans} where ${jobSpans.span} = ${spanOf} and jobs.created_at between ${jobSpans.leastCreated} and ${jobSpans.mostCreated})`,
    },
  ).onConflictDoUpdate({
    target: jobSpans.span,
    set: {
      leastCreated: sql`min(least_created, excluded.least_created)`,
      mostCreated: sql`max(most_created, excluded.most_created)`,
    },
  }),
);

/** The queries that take a job's words and tags out of the lists where a condition on its row holds. */
export function deletesOfListRows(isOut: SQL | undefined) {
  return [
    () =>
      build
        .delete(jobTexts)
        .where(
          sql`rowid in (select number from jobs where ${isOut} union all select -number from jobs where ${isOut})`,
        ),
    () =>
      build
        .delete(jobTags)
        .where(
          sql`(hidden, tag, number) in (select shown.value, tag.value, jobs.number from jobs cross join json_each(jobs.tags) as tag cross join json_each('[0, 1]') as shown where ${isOut})`,
        ),
  ];
}

export const deleteListRowsOfMove = deletesOfListRows(wasMoved).map((query) => compile<Move>(query));
