import { and, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { argument, build, column, compile, insertFrom, member, statusIn } from "../database/statements.ts";
import { executions, jobEvents, jobs } from "../schema/jobs.ts";
import { eventColumns } from "./guards.ts";

// `claims` is a JSON array of [jobId, executionId, moveId, ...event members].

const claims = sql`json_each(${argument("claims")}) as claim`;
const claimedJobs = sql`${claims} cross join ${jobs}`;
/** CROSS JOIN and `+` keep the claims outside and the jobs' primary key inside, whatever the tables hold. */
const isClaimed = sql`${jobs.id} = claim.value ->> 0 and +${jobs.moveId} = claim.value ->> 2`;

export const claimWaiting = compile<{ claims: string; at: number }>()(() =>
  build
    .update(jobs)
    .set({
      status: jobMoves.claim.to,
      attempt: sql`${jobs.attempt} + 1`,
      fence: sql`${jobs.fence} + 1`,
      executionId: member("claim", 1),
      moveId: member("claim", 2),
      stage: member("claim", 6),
      progress: member("claim", 7),
      message: member("claim", 8),
      startedAt: argument("at"),
      updatedAt: argument("at"),
      waitedMilliseconds: null,
    })
    .from(claims)
    .where(and(sql`${jobs.id} = claim.value ->> 0`, statusIn(sql`+${jobs.status}`, jobMoves.claim.from)))
    .returning({ id: jobs.id, fence: jobs.fence, attempt: jobs.attempt }),
);

/** Answers as the claim itself does: its columns stand in the same order. */
export const selectClaimed = compile<{ claims: string }>()(() =>
  build
    .select({
      id: column(jobs.id),
      fence: column(jobs.fence),
      attempt: column(jobs.attempt),
    })
    .from(claimedJobs)
    .where(isClaimed),
);

export const insertClaimedExecutions = compile<{ claims: string; at: number; server: string | null }>()(() =>
  insertFrom(
    executions,
    {
      id: member("claim", 1),
      jobId: member("claim", 0),
      attempt: sql`${jobs.attempt}`,
      startedAt: argument("at"),
      handle: sql`null`,
      outputPlan: sql`null`,
      endedAt: sql`null`,
      server: argument("server"),
    },
    { source: claimedJobs, where: isClaimed },
  ),
);

const nextNumber = sql`(select coalesce(max(${jobEvents.number}), 0) + 1 from ${jobEvents} where ${jobEvents.jobId} = ${jobs.id})`;

export const insertClaimedEvents = compile<{ claims: string }>()(() =>
  insertFrom(
    jobEvents,
    { jobId: sql`${jobs.id}`, number: nextNumber, ...eventColumns("claim", 3) },
    { source: claimedJobs, where: isClaimed },
  ),
);
