import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/job-state.ts";
import { executions, jobs } from "../schema.ts";
import { argument, build, compile, statusIn } from "../statements.ts";

export const selectJob = compile<{ id: string }>(
  build
    .select()
    .from(jobs)
    .where(eq(jobs.id, argument("id"))),
);

export const selectJobOfExecution = compile<{ executionId: string }>(
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

export const selectWaitingJobs = compile<{ limit: number }>(
  build
    .select()
    .from(jobs)
    .where(statusIn(jobs.status, jobMoves.claim.from))
    .orderBy(desc(jobs.priority), asc(jobs.createdAt), asc(jobs.id))
    .limit(sql.placeholder("limit")),
);

/** The provider of the process, unless any will do. */
const ofProvider = sql`(${argument("anyProvider")} or +${jobs.providerId} is ${argument("providerId")})`;

/** One query for each set of conditions that an index serves. `statuses` is a JSON array. */
export const selectNewestJobs = {
  all: newestJobs(undefined),
  ofUser: newestJobs(sql`${jobs.user} is ${argument("user")}`),
  ofProcess: newestJobs(and(eq(jobs.processId, argument("processId")), ofProvider)),
  ofUserAndProcess: newestJobs(
    and(sql`${jobs.user} is ${argument("user")}`, sql`+${jobs.processId} = ${argument("processId")}`, ofProvider),
  ),
};

function newestJobs(condition: SQL | undefined) {
  return compile<{
    user?: string | null;
    processId?: string;
    anyProvider?: number;
    providerId?: string | null;
    statuses: string;
    createdAt: number;
    id: string;
    limit: number;
  }>(
    build
      .select()
      .from(jobs)
      .where(
        and(
          condition,
          sql`(${jobs.createdAt}, ${jobs.id}) < (${argument("createdAt")}, ${argument("id")})`,
          sql`+${jobs.status} in (select value from json_each(${argument("statuses")}))`,
        ),
      )
      .orderBy(desc(jobs.createdAt), desc(jobs.id))
      .limit(sql.placeholder("limit")),
  );
}
