import { and, eq, sql } from "drizzle-orm";
import { checkpoints, executions, jobs } from "../schema.ts";
import { argument, build, compile, insertFrom } from "../statements.ts";
import { held, isHeld } from "./guards.ts";

export const record = compile<{
  jobId: string;
  fence: number;
  at: number;
  progress: number;
  stage: string;
  message: string;
  clearsCrashes: number;
}>(
  build
    .update(jobs)
    .set({
      progress: argument("progress"),
      stage: argument("stage"),
      message: argument("message"),
      updatedAt: argument("at"),
      earlyCrashes: sql`${jobs.earlyCrashes} * (1 - ${argument("clearsCrashes")})`,
    })
    .where(isHeld),
);

export const recordPlans = compile<{
  jobId: string;
  fence: number;
  executionId: string;
  handle: string | null;
  outputPlan: string | null;
}>(
  build
    .update(executions)
    .set({
      handle: sql`coalesce(${argument("handle")}, ${executions.handle})`,
      outputPlan: sql`coalesce(${argument("outputPlan")}, ${executions.outputPlan})`,
    })
    .where(and(eq(executions.id, argument("executionId")), eq(executions.jobId, argument("jobId")), held)),
);

export const recordCheckpoint = compile<{
  jobId: string;
  fence: number;
  executionId: string;
  key: string;
  value: string;
}>(
  insertFrom(
    checkpoints,
    { executionId: argument("executionId"), key: argument("key"), value: argument("value") },
    { where: held },
  ).onConflictDoUpdate({
    target: [checkpoints.executionId, checkpoints.key],
    set: { value: sql`excluded.value` },
  }),
);
