import { and, eq, inArray, isNull, lte, not, or, type SQL, sql } from "drizzle-orm";
import { isFinished, type JobStatus, jobStatuses } from "../../domain/jobs/job-state.ts";
import type { Database } from "../database/database.ts";
import { argument, type Buildable, build, column, compile, statusIn } from "../database/statements.ts";
import { isThere as isJobThere } from "../queries/guards.ts";
import { deletesOfListRows } from "../queries/list-rows.ts";
import { checkpoints, executions, idempotencyKeys, isListed, jobEvents, jobs, results } from "../schema/jobs.ts";
import { notifications, subscriptions } from "../schema/notifications.ts";
import { vaultFiles, vaultUploads, vaultUses } from "../schema/vault.ts";
import { notesOfRemovedJob } from "./removals.ts";

const finishedStatuses: readonly JobStatus[] = jobStatuses.filter(isFinished);

const isDue = and(
  statusIn(sql`+${jobs.status}`, finishedStatuses),
  lte(jobs.finishedAt, argument("before")),
  isNull(jobs.keptAt),
);

const selectDue = dueIn(sql`${jobs} indexed by jobs_by_end`, sql`${isListed} and hidden in (0, 1)`);
const selectDueNew = dueIn(sql`${jobs} indexed by jobs_new`, sql`is_new = 1`);

function dueIn(source: SQL, isThere: SQL) {
  return compile<{ before: number; limit: number }>()(() =>
    build
      .select({ id: column(jobs.id) })
      .from(source)
      .where(and(isThere, isDue))
      .limit(sql.placeholder("limit")),
  );
}

/** Before the row goes, by which they are found. */
const removeListRows = deletesOfListRows(and(eq(jobs.id, argument("jobId")), isDue)).map((query) =>
  compile<{ jobId: string; before: number }>()<Buildable>(query),
);
const remove = compile<{ jobId: string; before: number }>()(() =>
  build.delete(jobs).where(and(eq(jobs.id, argument("jobId")), isDue)),
);

/** The job was removed by this write, or is gone since another one: a retry that came first keeps everything. */
const isGone = not(isJobThere);

const removals = [
  () =>
    build.delete(checkpoints).where(
      and(
        inArray(
          checkpoints.executionId,
          build
            .select({ id: executions.id })
            .from(executions)
            .where(eq(executions.jobId, argument("jobId"))),
        ),
        isGone,
      ),
    ),
  () => build.delete(executions).where(and(eq(executions.jobId, argument("jobId")), isGone)),
  () => build.delete(jobEvents).where(and(eq(jobEvents.jobId, argument("jobId")), isGone)),
  () => build.delete(results).where(and(eq(results.jobId, argument("jobId")), isGone)),
  () => build.delete(notifications).where(and(eq(notifications.jobId, argument("jobId")), isGone)),
  () => build.delete(subscriptions).where(and(eq(subscriptions.jobId, argument("jobId")), isGone)),
  () => build.delete(vaultUses).where(and(eq(vaultUses.jobId, argument("jobId")), isGone)),
  () => build.delete(idempotencyKeys).where(and(eq(idempotencyKeys.jobId, argument("jobId")), isGone)),
].map((query) => compile<{ jobId: string }>()<Buildable>(query));

/** Lists ids of jobs that ended before a time and are not kept for good, so many at most. */
export async function expiredJobs(database: Database, before: number, limit: number): Promise<readonly string[]> {
  const listed = await database.read(selectDue({ before, limit }));
  const others = await database.read(selectDueNew({ before, limit }));
  return [...listed, ...others].slice(0, limit).map((row) => row.id);
}

/** Removes all rows of a job that ended before a time, in one write which notes that its files are to go. False when it was retried, or kept for good, meanwhile. */
export async function removeJob(database: Database, jobId: string, before: number): Promise<boolean> {
  const listRows = removeListRows.map((one) => one({ jobId, before }));
  const written = await database.write([
    ...listRows,
    remove({ jobId, before }),
    ...notesOfRemovedJob(jobId),
    ...removals.map((one) => one({ jobId })),
  ]);
  return written[listRows.length]?.rowsAffected === 1;
}

/** It was dismissed before it had ended, and its status document says so: of a discarded one nothing is kept. */
const keepsStatus = sql`(${jobs.finishedAt} = ${jobs.updatedAt} and ${jobs.request} ->> '$.statusDocument' is not null)`;

const selectKept = compile<{ ids: string }>()(() =>
  build
    .select({ id: sql`one.value`.mapWith(String) })
    .from(sql`json_each(${argument("ids")}) as one`)
    .where(
      or(
        sql`exists (select 1 from ${jobs} where ${jobs.id} = one.value and (${jobs.status} <> 'dismissed' or ${keepsStatus}))`,
        sql`exists (select 1 from ${executions} join ${jobs} on ${jobs.id} = ${executions.jobId} where ${executions.id} = one.value and (${jobs.status} <> 'dismissed' or ${executions.endedAt} is null))`,
      ),
    ),
);

/** Tells which ids are of jobs, or of executions of jobs, whose files are kept: all but those that were dismissed, status documents apart. */
export async function idsWithFiles(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.read(selectKept({ ids: JSON.stringify(ids) }));
  return new Set(rows.map((row) => row.id));
}

const selectKnown = compile<{ ids: string }>()(() =>
  build
    .select({ id: sql`one.value`.mapWith(String) })
    .from(sql`json_each(${argument("ids")}) as one`)
    .where(
      or(
        sql`exists (select 1 from ${jobs} where ${jobs.id} = one.value)`,
        sql`exists (select 1 from ${executions} where ${executions.id} = one.value)`,
        sql`exists (select 1 from ${vaultFiles} where ${vaultFiles.id} = one.value)`,
        sql`exists (select 1 from ${vaultUploads} where ${vaultUploads.id} = one.value)`,
      ),
    ),
);

/** Tells of which ids there is a row: of a job, an execution or an uploaded file, whatever became of it. */
export async function knownIds(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.read(selectKnown({ ids: JSON.stringify(ids) }));
  return new Set(rows.map((row) => row.id));
}
