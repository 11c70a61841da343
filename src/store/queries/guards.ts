import { and, eq, type SQL, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { argument, argumentsOf, build, compile, insertFrom, member, statusIn } from "../database/statements.ts";
import type { EventArguments } from "../jobs/job-rows.ts";
import { jobEvents, jobs } from "../schema/jobs.ts";

// What the statements beside an UPDATE of `jobs` look for. A condition of the UPDATE guards nothing that stands beside it
// in the batch, and the state afterwards looks the same to the loser of a race: so a move stores its moveId, and the
// other statements of its write look for that.

/** Holds while the move that the arguments name is the job's last one. */
export const isMove = and(eq(jobs.id, argument("jobId")), eq(jobs.moveId, argument("moveId")));
export const moved = sql`exists (select 1 from ${jobs} where ${isMove})`;

/** Holds while the job is there. Its id is its own: behind its insert in a write, it tells that this inserted it. */
export const isThere = sql`exists (select 1 from ${jobs} where ${jobs.id} = ${argument("jobId")})`;

/** Holds while a record's fence and state do: its UPDATE changes neither. */
export const held = sql`exists (select 1 from ${jobs} where ${and(
  eq(jobs.id, argument("jobId")),
  eq(jobs.fence, argument("fence")),
  statusIn(jobs.status, jobMoves.succeed.from),
)})`;

/** The number of a job's last event; 0 before the first. */
export const lastNumber = sql`(select coalesce(max(${jobEvents.number}), 0) from ${jobEvents} where ${jobEvents.jobId} = ${argument("jobId")})`;

/** One row for all events of a write. */
function insertEventsWhere(condition: SQL) {
  const number = sql`${lastNumber} + ${argument("count")}`;
  return insertFrom(jobEvents, { ...argumentsOf(jobEvents), number }, { where: condition });
}

/** The columns of a lone event whose members stand from a position on in a member of a JSON array. */
export function eventColumns(source: string, from: number) {
  return {
    at: member(source, from),
    kind: member(source, from + 1),
    status: member(source, from + 2),
    stage: member(source, from + 3),
    progress: member(source, from + 4),
    message: member(source, from + 5),
    failure: member(source, from + 6),
    earlier: sql`null`,
  };
}

export const insertEventsOfMove = compile<{ jobId: string; moveId: string } & EventArguments>()(() =>
  insertEventsWhere(moved),
);
export const insertEventsOfRecord = compile<{ jobId: string; fence: number } & EventArguments>()(() =>
  insertEventsWhere(held),
);

/** Asks whether a move stands. */
export const findMove = compile<{ jobId: string; moveId: string }>()(() =>
  build.select({ fence: jobs.fence }).from(jobs).where(isMove),
);

/** The fence and state that a holder's UPDATE must find. */
export const isHeld = and(
  eq(jobs.id, argument("jobId")),
  eq(jobs.fence, argument("fence")),
  statusIn(jobs.status, jobMoves.release.from),
);
