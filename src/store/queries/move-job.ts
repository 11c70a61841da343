import { and, eq, isNull, notExists, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { argument, build, compile, insertFrom, member, statusIn } from "../database/statements.ts";
import { executions, jobEvents, jobSecrets, jobs, results } from "../schema/jobs.ts";
import { isHeld, isMove, lastNumber, moved } from "./guards.ts";

export const release = compile<{
  jobId: string;
  fence: number;
  moveId: string;
  at: number;
  progress: number;
  stage: string | null;
  message: string;
  crashes: number;
}>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.release.to,
      moveId: argument("moveId"),
      progress: argument("progress"),
      stage: argument("stage"),
      message: argument("message"),
      startedAt: null,
      updatedAt: argument("at"),
      earlyCrashes: sql`${jobs.earlyCrashes} + ${argument("crashes")}`,
    })
    .where(isHeld),
);

export const adopt = compile<{ jobId: string; moveId: string; at: number; crashes: number }>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.adopt.to,
      fence: sql`${jobs.fence} + 1`,
      moveId: argument("moveId"),
      updatedAt: argument("at"),
      earlyCrashes: sql`${jobs.earlyCrashes} + ${argument("crashes")}`,
    })
    .where(and(eq(jobs.id, argument("jobId")), statusIn(jobs.status, jobMoves.adopt.from)))
    .returning({ fence: jobs.fence }),
);

export const finish = compile<{
  jobId: string;
  executionId: string;
  fence: number;
  moveId: string;
  at: number;
  status: string;
  progress: number;
  stage: string;
  message: string;
  failure: string | null;
  wpsId: string | null;
  outputBytes: number;
  waited: number | null;
  fromCache: number | null;
}>()(() =>
  build
    .update(jobs)
    .set({
      status: argument("status"),
      moveId: argument("moveId"),
      progress: argument("progress"),
      stage: argument("stage"),
      message: argument("message"),
      finishedAt: argument("at"),
      updatedAt: argument("at"),
      failure: argument("failure"),
      wpsId: argument("wpsId"),
      outputBytes: argument("outputBytes"),
      waitedMilliseconds: sql`coalesce(${argument("waited")}, ${jobs.waitedMilliseconds})`,
      isFromCache: argument("fromCache"),
    })
    .where(and(isHeld, eq(jobs.executionId, argument("executionId")))),
);

/** `results` is a JSON array of [outputId, the result as JSON text]: SQLite then neither reads nor rewrites a result. */
export const insertResults = compile<{ jobId: string; moveId: string; results: string }>()(() =>
  insertFrom(
    results,
    {
      jobId: argument("jobId"),
      position: sql`one.key`,
      outputId: member("one", 0),
      result: member("one", 1),
    },
    { source: sql`json_each(${argument("results")}) as one`, where: moved },
  ),
);

export const endExecutionOfMove = compile<{ jobId: string; moveId: string; at: number }>()(() =>
  build
    .update(executions)
    .set({ endedAt: argument("at") })
    .where(
      and(
        isNull(executions.endedAt),
        eq(executions.id, build.select({ id: jobs.executionId }).from(jobs).where(isMove)),
      ),
    ),
);

/** While an execution has no end, what stops it may need them. */
export const forgetSecretsOfMove = compile<{ jobId: string; moveId: string }>()(() =>
  build.delete(jobSecrets).where(
    and(
      eq(jobSecrets.jobId, argument("jobId")),
      moved,
      notExists(
        build
          .select({ id: executions.id })
          .from(executions)
          .where(and(eq(executions.jobId, argument("jobId")), isNull(executions.endedAt))),
      ),
    ),
  ),
);

type Dismissal = { jobId: string; moveId: string; at: number; message: string; by: string | null };

/** What was shown last may be newer than what is stored: it is kept. */
export const dismiss = compile<
  Dismissal & { shownProgress: number; shownStage: string | null; waited: number | null }
>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.dismiss.to,
      moveId: argument("moveId"),
      progress: sql`max(${jobs.progress}, ${argument("shownProgress")})`,
      stage: sql`coalesce(${argument("shownStage")}, ${jobs.stage})`,
      message: argument("message"),
      dismissedBy: argument("by"),
      finishedAt: argument("at"),
      updatedAt: argument("at"),
      waitedMilliseconds: sql`coalesce(${argument("waited")}, ${jobs.waitedMilliseconds})`,
      outputBytes: 0,
    })
    .where(and(eq(jobs.id, argument("jobId")), statusIn(jobs.status, jobMoves.dismiss.from))),
);

export const discard = compile<Dismissal>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.discard.to,
      moveId: argument("moveId"),
      hidden: 1,
      isNew: true,
      outputBytes: 0,
      // What is removed is not shown by the next start.
      syncRun: sql`case when ${jobs.syncRun} is not null then 'answered' end`,
      message: argument("message"),
      // One that was dismissed before keeps who did that.
      dismissedBy: sql`coalesce(${jobs.dismissedBy}, ${argument("by")})`,
      // Later than its end, whatever the clock says: that tells the one from the other.
      updatedAt: sql`max(${argument("at")}, coalesce(${jobs.finishedAt}, 0) + 1)`,
    })
    .where(
      and(
        eq(jobs.id, argument("jobId")),
        statusIn(jobs.status, jobMoves.discard.from),
        isNull(jobs.keptAt),
        sql`(${jobs.status} <> 'dismissed' or ${jobs.finishedAt} = ${jobs.updatedAt})`,
      ),
    ),
);

/** The event of a dismissal shows what the job showed last. */
export const insertDismissalEvent = compile<{ jobId: string; moveId: string }>()(() =>
  insertFrom(
    jobEvents,
    {
      jobId: sql`${jobs.id}`,
      number: sql`${lastNumber} + 1`,
      at: sql`${jobs.updatedAt}`,
      kind: sql`'status'`,
      status: sql`${jobs.status}`,
      stage: sql`${jobs.stage}`,
      progress: sql`${jobs.progress}`,
      message: sql`${jobs.message}`,
      failure: sql`null`,
      earlier: sql`null`,
    },
    { source: sql`${jobs}`, where: isMove },
  ),
);

export const deleteResults = compile<{ jobId: string; moveId: string }>()(() =>
  build.delete(results).where(and(eq(results.jobId, argument("jobId")), moved)),
);
