import { and, eq, type SQL, sql } from "drizzle-orm";
import type { NewJobEvent } from "../../domain/jobs/job.ts";
import type { StageName } from "../../domain/jobs/progress.ts";
import type { PendingNotification } from "../../domain/people/notification.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { argument, build, compile, excluded, insertFrom, type Statement, storable } from "../database/statements.ts";
import { eventArguments, jsonOrNull } from "../jobs/job-rows.ts";
import { checkpoints, executions, jobs } from "../schema/jobs.ts";
import { held, insertEventsOfRecord, isHeld, moved } from "./guards.ts";
import { insertNotificationsOfRecord, notificationsText } from "./insert-notifications.ts";

/** A finished part of an execution. */
export type Checkpoint = { readonly key: string; readonly value: Json };

/** What the holder of a running job records of it. */
export type JobRecord = {
  readonly jobId: string;
  readonly fence: number;
  readonly at: number;
  readonly events: readonly NewJobEvent[];
  readonly progress: number;
  readonly stage: StageName;
  readonly message: string;
  /** How long it waited since its claim; what is kept stays when absent. */
  readonly waitedMilliseconds?: number;
  /** The job is past stage 8: crashes of the server no longer count against it. */
  readonly hasStarted?: boolean;
  readonly notifications?: readonly PendingNotification[];
  readonly execution?: {
    readonly id: string;
    readonly handle?: JsonObject;
    readonly outputPlan?: JsonObject;
    /** What another server calls the job. */
    readonly remoteJobId?: string;
    /** A checkpoint of a key that exists replaces it. */
    readonly checkpoint?: Checkpoint;
  };
};

/** The statements of one record: each looks for the fence and the state. The first tells whether they held. */
export function recordStatements(job: JobRecord): readonly Statement[] {
  const { jobId, fence, at, events, progress, stage, hasStarted = false, execution, notifications = [] } = job;
  const guard = { jobId, fence };
  const message = storable(job.message);
  const waited = job.waitedMilliseconds ?? null;
  const statements: Statement[] = [
    record({ ...guard, at, progress, stage, message, waited, clearsCrashes: Number(hasStarted) }),
  ];
  if (execution?.handle !== undefined || execution?.outputPlan !== undefined) {
    const { id: executionId, handle, outputPlan } = execution;
    const plans = { handle: jsonOrNull(handle), outputPlan: jsonOrNull(outputPlan) };
    statements.push(recordPlans({ ...guard, executionId, ...plans }));
  }
  if (execution?.checkpoint !== undefined) {
    const { key, value } = execution.checkpoint;
    statements.push(recordCheckpoint({ ...guard, executionId: execution.id, key, value: JSON.stringify(value) }));
  }
  if (execution?.remoteJobId !== undefined) {
    statements.push(recordRemoteJob({ ...guard, remoteJobId: storable(execution.remoteJobId) }));
  }
  if (notifications.length > 0) {
    statements.push(insertNotificationsOfRecord({ ...guard, at, notifications: notificationsText(notifications) }));
  }
  const last = events.at(-1);
  if (last !== undefined)
    statements.push(insertEventsOfRecord({ ...guard, ...eventArguments(last, events.slice(0, -1)) }));
  return statements;
}

const record = compile<{
  jobId: string;
  fence: number;
  at: number;
  progress: number;
  stage: string;
  message: string;
  waited: number | null;
  clearsCrashes: number;
}>()(() =>
  build
    .update(jobs)
    .set({
      progress: argument("progress"),
      stage: argument("stage"),
      message: argument("message"),
      updatedAt: argument("at"),
      waitedMilliseconds: sql`coalesce(${argument("waited")}, ${jobs.waitedMilliseconds})`,
      earlyCrashes: sql`${jobs.earlyCrashes} * (1 - ${argument("clearsCrashes")})`,
    })
    .where(isHeld),
);

const recordRemoteJob = compile<{ jobId: string; fence: number; remoteJobId: string }>()(() =>
  build
    .update(jobs)
    .set({ remoteJobId: argument("remoteJobId") })
    .where(isHeld),
);

const recordPlans = compile<{
  jobId: string;
  fence: number;
  executionId: string;
  handle: string | null;
  outputPlan: string | null;
}>()(() =>
  build
    .update(executions)
    .set({
      handle: sql`coalesce(${argument("handle")}, ${executions.handle})`,
      outputPlan: sql`coalesce(${argument("outputPlan")}, ${executions.outputPlan})`,
    })
    .where(and(eq(executions.id, argument("executionId")), eq(executions.jobId, argument("jobId")), held)),
);

function insertCheckpoint(condition: SQL) {
  return insertFrom(
    checkpoints,
    { executionId: argument("executionId"), key: argument("key"), value: argument("value") },
    { where: condition },
  ).onConflictDoUpdate({
    target: [checkpoints.executionId, checkpoints.key],
    set: { value: excluded(checkpoints.value) },
  });
}

type Kept = { executionId: string; key: string; value: string };

const recordCheckpoint = compile<Kept & { jobId: string; fence: number }>()(() => insertCheckpoint(held));

const recordCheckpointOfMove = compile<Kept & { jobId: string; moveId: string }>()(() => insertCheckpoint(moved));

/** Builds the statement of a checkpoint that a move takes along. */
export function checkpointOfMove(
  move: { readonly jobId: string; readonly moveId: string; readonly executionId: string },
  { key, value }: Checkpoint,
): Statement {
  return recordCheckpointOfMove({ ...move, key, value: JSON.stringify(value) });
}
