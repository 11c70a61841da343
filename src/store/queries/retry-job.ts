import { and, eq, isNull, notExists, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { argument, build, compile, insertFrom, statusIn } from "../database/statements.ts";
import { checkpoints, executions, jobs } from "../schema/jobs.ts";
import { held } from "./guards.ts";

/** Only a job of which nothing runs any more begins anew. `keeps` is 1 to keep the finished steps of its last execution. */
export const retry = compile<{
  jobId: string;
  moveId: string;
  at: number;
  message: string;
  by: string | null;
  keeps: number;
}>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.retry.to,
      moveId: argument("moveId"),
      progress: 0,
      stage: null,
      message: argument("message"),
      startedAt: null,
      finishedAt: null,
      waitedMilliseconds: null,
      updatedAt: argument("at"),
      failure: null,
      dismissedBy: null,
      retriedBy: argument("by"),
      wpsId: null,
      earlyCrashes: 0,
      hidden: 0,
      isNew: true,
      resumeFrom: sql`case ${argument("keeps")} when 1 then ${jobs.executionId} end`,
    })
    .where(
      and(
        eq(jobs.id, argument("jobId")),
        statusIn(jobs.status, jobMoves.retry.from),
        notExists(
          build
            .select({ id: executions.id })
            .from(executions)
            .where(and(isNull(executions.endedAt), eq(executions.jobId, jobs.id))),
        ),
      ),
    ),
);

export const copyCheckpoints = compile<{ jobId: string; fence: number; from: string; to: string }>()(() =>
  insertFrom(
    checkpoints,
    { executionId: argument("to"), key: sql`kept.key`, value: sql`kept.value` },
    {
      source: sql`${checkpoints} as kept`,
      where: and(sql`kept.execution_id = ${argument("from")}`, held),
    },
  ).onConflictDoNothing(),
);
