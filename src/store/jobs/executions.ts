import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Execution, Job } from "../../domain/jobs/job.ts";
import type { Json } from "../../domain/values/json.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { checkpoints, executions, jobSecrets, jobs } from "../schema/jobs.ts";
import { jobOf } from "./job-rows.ts";

const selectExecution = compile<{ id: string }>()(() =>
  build
    .select()
    .from(executions)
    .where(eq(executions.id, argument("id"))),
);

const selectOpenExecutions = compile()(() =>
  build
    .select({ execution: executions, job: jobs })
    .from(executions)
    .innerJoin(jobs, eq(jobs.id, executions.jobId))
    .where(isNull(executions.endedAt))
    .orderBy(asc(executions.startedAt), asc(executions.id)),
);

const selectOfJob = compile<{ jobId: string }>()(() =>
  build
    .select({ id: executions.id, attempt: executions.attempt })
    .from(executions)
    .where(eq(executions.jobId, argument("jobId")))
    .orderBy(asc(executions.attempt)),
);

const selectAllOfJob = compile<{ jobId: string }>()(() =>
  build
    .select()
    .from(executions)
    .where(eq(executions.jobId, argument("jobId")))
    .orderBy(asc(executions.attempt)),
);

const setEnd = compile<{ id: string; at: number }>()(() =>
  build
    .update(executions)
    .set({ endedAt: argument("at") })
    .where(and(eq(executions.id, argument("id")), isNull(executions.endedAt))),
);

/** What stops an execution may need the headers of its caller; once it has an end, a finished job needs them no more. */
const forgetSecrets = compile<{ id: string }>()(() =>
  build
    .delete(jobSecrets)
    .where(
      sql`${jobSecrets.jobId} = (select ${executions.jobId} from ${executions} join ${jobs} on ${jobs.id} = ${executions.jobId} where ${executions.id} = ${argument("id")} and ${jobs.status} not in ('accepted', 'running'))`,
    ),
);

const selectCheckpoints = compile<{ executionId: string }>()(() =>
  build
    .select()
    .from(checkpoints)
    .where(eq(checkpoints.executionId, argument("executionId"))),
);

const selectCheckpointKeys = compile<{ executionId: string }>()(() =>
  build
    .select({ key: checkpoints.key })
    .from(checkpoints)
    .where(eq(checkpoints.executionId, argument("executionId"))),
);

const selectCheckpoint = compile<{ executionId: string; key: string }>()(() =>
  build
    .select()
    .from(checkpoints)
    .where(and(eq(checkpoints.executionId, argument("executionId")), eq(checkpoints.key, argument("key")))),
);

/** Finds an execution. */
export async function findExecution(database: Database, id: string): Promise<Execution | undefined> {
  return (await database.read(selectExecution({ id })))[0];
}

/** Lists the executions without an end, the oldest first, with their jobs, whatever the state of these. */
export async function openExecutions(
  database: Database,
): Promise<readonly { readonly execution: Execution; readonly job: Job }[]> {
  const rows = await database.read(selectOpenExecutions({}));
  return rows.map(({ execution, job }) => ({ execution, job: jobOf(job) }));
}

/** Lists the ids of all executions that a job ever had. */
export async function executionIdsOf(database: Database, jobId: string): Promise<readonly string[]> {
  return (await database.read(selectOfJob({ jobId }))).map((row) => row.id);
}

/** Lists the attempts of a job with the ids of their executions, the first one first. */
export async function attemptsOf(
  database: Database,
  jobId: string,
): Promise<readonly Pick<Execution, "id" | "attempt">[]> {
  return database.read(selectOfJob({ jobId }));
}

/** Lists all executions that a job ever had, the first one first. */
export async function executionsOf(database: Database, jobId: string): Promise<readonly Execution[]> {
  return database.read(selectAllOfJob({ jobId }));
}

/** Keeps that what an execution ran is proved gone. A second end changes nothing. */
export async function endExecution(database: Database, id: string, at: number): Promise<void> {
  await database.write([setEnd({ id, at }), forgetSecrets({ id })]);
}

/** Reads the finished parts of an execution, by the engine's keys. */
export async function checkpointsOf(database: Database, executionId: string): Promise<ReadonlyMap<string, Json>> {
  const rows = await database.read(selectCheckpoints({ executionId }));
  // A checkpoint may be null: in its JSON, of which the row's type tells nothing.
  return new Map(rows.map(({ key, value }) => [key, value ?? null]));
}

/** Lists the keys of the finished parts of an execution, whose values may be long. */
export async function checkpointKeysOf(database: Database, executionId: string): Promise<readonly string[]> {
  return (await database.read(selectCheckpointKeys({ executionId }))).map(({ key }) => key);
}

/** Reads what an engine kept of an execution under one key; undefined when there is nothing. */
export async function findCheckpoint(database: Database, executionId: string, key: string): Promise<Json | undefined> {
  const [row] = await database.read(selectCheckpoint({ executionId, key }));
  return row === undefined ? undefined : (row.value ?? null);
}
