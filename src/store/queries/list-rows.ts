import { type SQL, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import {
  argument,
  type Buildable,
  build,
  column,
  compile,
  insertFrom,
  member,
  type Statement,
} from "../database/statements.ts";
import { jobSpans, jobTags } from "../schema/job-lists.ts";
import { jobs } from "../schema/jobs.ts";
import { isMove } from "./guards.ts";

/** The full-text index: a virtual table, which is why it does not stand in the schema. */
const jobTexts = sqliteTable("job_texts", {
  rowid: integer("rowid").notNull(),
  words: text("words").notNull(),
});

/** Of a longer request the inputs are not read for their words. */
const mostRequestCharacters = 20_000;

/** So many files of a job are found by their digests. */
const mostDigests = 64;
/** A longer result is a list, or a directory of many files. In bytes. */
const mostOfResult = 4096;

/** The SHA-256 digests of the uploads that a job read, and of the files that are results of it, as words. */
const digestsOfJob = sql<string | null>`(select group_concat('sha256:' || digest, ' ') from (
  select vault_files.sha256 as digest from vault_uses cross join vault_files on vault_files.id = vault_uses.vault_file_id
  where vault_uses.job_id = jobs.id
  union select results.result ->> '$.sha256' from results
  where results.job_id = jobs.id and octet_length(results.result) <= ${sql.raw(String(mostOfResult))}
  limit ${sql.raw(String(mostDigests))}))`;

/** What is said of jobs. */
const selectSaid = () =>
  build.select({
    number: column(jobs.number),
    id: column(jobs.id),
    hidden: column(jobs.hidden),
    moveId: column(jobs.moveId),
    createdAt: column(jobs.createdAt),
    processId: column(jobs.processId),
    processRevision: column(jobs.processRevision),
    providerId: column(jobs.providerId),
    tags: column(jobs.tags),
    title: sql<string | null>`jobs.request ->> '$.title'`,
    user: column(jobs.user),
    inputs: sql<
      string | null
    >`iif(length(jobs.request) <= ${sql.raw(String(mostRequestCharacters))}, jobs.request ->> '$.inputs', null)`,
    message: column(jobs.message),
    failure: column(jobs.failure),
    digests: digestsOfJob,
  });

/** What is said of the jobs that ended just now, those that ended first. */
export const selectJustEnded = compile<{ limit: number }>()(() =>
  selectSaid()
    .from(sql`jobs indexed by jobs_new`)
    .where(sql`jobs.is_new = 1 and jobs.finished_at is not null`)
    .orderBy(sql`jobs.finished_at`)
    .limit(sql.placeholder("limit")),
);

/** What is said of the jobs that have not ended, of one user (empty for anonymous ones) or of all: those that run, then the newest that wait. */
export const selectUnended = compile<{ user: string | null; limit: number }>()(() =>
  selectSaid()
    .from(jobs)
    .where(
      sql`jobs.number in (select number from jobs indexed by jobs_new where is_new = 1 and finished_at is null and (${argument("user")} is null or coalesce(user, '') = ${argument("user")}) order by status = 'running' desc, number desc limit ${argument("limit")})`,
    ),
);

/** One row for each job that ended just now, up to a limit. */
export const countJustEnded = compile<{ limit: number }>()(() =>
  build
    .select({ one: sql`1`.mapWith(Number) })
    .from(sql`jobs indexed by jobs_new`)
    .where(sql`jobs.is_new = 1 and jobs.finished_at is not null`)
    .limit(sql.placeholder("limit")),
);

/** The titles of revisions of processes; `revisions` is a JSON array of [process, revision]. */
export const selectTitles = compile<{ revisions: string }>()(() =>
  build
    .select({
      key: sql`one.value`.mapWith(String),
      title: sql`process_revisions.description ->> '$.title'`.mapWith(String),
    })
    .from(sql`json_each(${argument("revisions")}) as one cross join process_revisions`)
    .where(
      sql`process_revisions.process_id = ${member("one", 0)} and process_revisions.revision = ${member("one", 1)}`,
    ),
);

// `taken` is a JSON array of [number, moveId, words]. A job that was moved since it was read stays new; one that another
// process took in meanwhile is no longer: so the statement that ends this, `listTaken`, is the last one of its write.

type Taken = { readonly taken: string };
const isSame = sql`jobs.number = ${member("one", 0)} and jobs.move_id is ${member("one", 1)}`;
const isJustEnded = sql`${isSame} and jobs.is_new = 1 and jobs.finished_at is not null`;
const isToList = sql`${isJustEnded} and jobs.hidden < 2`;
const taken = sql`json_each(${argument("taken")}) as one`;

export const listTaken = compile<Taken>()(() =>
  build.update(jobs).set({ isNew: false }).from(taken).where(isJustEnded),
);

export const insertWords = compile<Taken>()(() =>
  insertFrom(
    jobTexts,
    { rowid: sql`iif(jobs.hidden = 0, jobs.number, -jobs.number)`, words: member("one", 2) },
    { source: sql`${taken} cross join jobs`, where: isToList },
  ),
);

export const insertTags = compile<Taken>()(() =>
  insertFrom(
    jobTags,
    { hidden: sql`jobs.hidden`, tag: sql`tag.value`, number: sql`jobs.number` },
    { source: sql`${taken} cross join jobs cross join json_each(jobs.tags) as tag`, where: isToList },
  ).onConflictDoNothing(),
);

/** Numbers of one span. */
export const spanSize = 1024;

/** `spans` is a JSON array of [span, first time, last time]. */
export const widenSpans = compile<{ spans: string }>()(() =>
  insertFrom(
    jobSpans,
    { span: member("one", 0), leastCreated: member("one", 1), mostCreated: member("one", 2) },
    { source: sql`json_each(${argument("spans")}) as one`, where: undefined },
  ).onConflictDoUpdate({
    target: jobSpans.span,
    set: {
      leastCreated: sql`min(least_created, excluded.least_created)`,
      mostCreated: sql`max(most_created, excluded.most_created)`,
    },
  }),
);

/** Makes all ended jobs new: what the lists look up is made anew of them. */
export const forgetListRows: readonly Statement[] = [
  "DELETE FROM job_spans",
  "DELETE FROM job_tags",
  "INSERT INTO job_texts (job_texts) VALUES ('delete-all')",
  "UPDATE jobs SET is_new = 1 WHERE is_new = 0 AND hidden < 2",
].map((text) => ({ sql: text, args: [] }));

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

const deletesOfMove = deletesOfListRows(isMove).map((query) =>
  compile<{ jobId: string; moveId: string }>()<Buildable>(query),
);

/** Builds the statements that take a job out of the lists: behind the move that begins it anew or hides it. */
export function withoutListRows(move: { readonly jobId: string; readonly moveId: string }): readonly Statement[] {
  return deletesOfMove.map((statement) => statement({ jobId: move.jobId, moveId: move.moveId }));
}
