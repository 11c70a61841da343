import { and, desc, eq, getTableColumns, gte, lt, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { argument, build, compile, statusIn } from "../database/statements.ts";
import { executions, jobs } from "../schema/jobs.ts";

const {
  number: _number,
  hidden: _,
  isNew: _new,
  outputBytes: _bytes,
  moveId: _move,
  ...columnsOfJob
} = getTableColumns(jobs);

/** Without what only the database itself needs: each column costs, and this is the query of a status. */
export const selectJob = compile<{ id: string }>()(() =>
  build
    .select(columnsOfJob)
    .from(jobs)
    .where(eq(jobs.id, argument("id"))),
);

/** Jobs whose ids begin with a text: from it to before `end`, the last ones first. */
export const selectIdsFrom = compile<{ start: string; end: string; limit: number }>()(() =>
  build
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(gte(jobs.id, argument("start")), lt(jobs.id, argument("end"))))
    .orderBy(desc(jobs.id))
    .limit(sql.placeholder("limit")),
);

/** `ids` is a JSON array; whose job each is, and of what. */
export const selectOwners = compile<{ ids: string }>()(() =>
  build
    .select({ id: jobs.id, processId: jobs.processId, providerId: jobs.providerId, user: jobs.user })
    .from(jobs)
    .where(sql`${jobs.id} in (select value from json_each(${argument("ids")}))`),
);

export const selectJobOfExecution = compile<{ executionId: string }>()(() =>
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

const isWaiting = statusIn(sql`status`, jobMoves.claim.from);

/** The clients who have accepted jobs, one seek in the index for each. */
export const selectWaitingClients = compile<{ after: string; limit: number }>()(() =>
  build
    .select({ client: sql`client`.mapWith(jobs.client) })
    .from(
      sql`(with recursive clients (client) as (
          select min(client) from jobs where ${isWaiting} and client > ${argument("after")}
          union all
          select (select min(jobs.client) from jobs where ${isWaiting} and jobs.client > clients.client) from clients where clients.client is not null
        ) select client from clients where client is not null)`,
    )
    .limit(sql.placeholder("limit")),
);

/** `clients` is a JSON array; of each, its first jobs. */
export const selectWaitingJobs = compile<{ clients: string; each: number }>()(() =>
  build
    .select()
    .from(jobs)
    .where(
      sql`${jobs.number} in (select event.value from json_each(${argument("clients")}) as one, json_each((select json_group_array(number) from (select number from jobs where ${isWaiting} and client = one.value order by priority desc, created_at, id limit ${argument("each")}))) as event)`,
    ),
);
