import { asc, desc, eq, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/job-state.ts";
import { executions, jobs } from "../schema/jobs.ts";
import { argument, build, compile, statusIn } from "../statements.ts";

export const selectJob = compile<{ id: string }>(() =>
  build
    .select()
    .from(jobs)
    .where(eq(jobs.id, argument("id"))),
);

export const selectJobOfExecution = compile<{ executionId: string }>(() =>
  build
    .select()
    .from(jobs)
    .where(
      eq(
        jobs.id,
        build
          .select({ jobId: executions.jobId })
          .from(executions)
          .where(eq(executions.id, argument("executionId"))),
      ),
    ),
);

export const selectWaitingJobs = compile<{ limit: number }>(() =>
  build
    .select()
    .from(jobs)
    .where(statusIn(jobs.status, jobMoves.claim.from))
    .orderBy(desc(jobs.priority), asc(jobs.createdAt), asc(jobs.id))
    .limit(sql.placeholder("limit")),
);
