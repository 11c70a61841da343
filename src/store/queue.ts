import { and, desc, eq, sql } from "drizzle-orm";
import type { Job } from "../domain/job.ts";
import { jobMoves } from "../domain/job-state.ts";
import type { Database } from "./database.ts";
import { jobIndex, jobs } from "./schema/jobs.ts";
import { argument, build, compile, statusIn } from "./statements.ts";

const isWaiting = statusIn(jobs.status, jobMoves.claim.from);

const countAll = compile(
  build
    .select({ count: sql`count(*)`.as("count") })
    .from(jobs)
    .where(isWaiting),
);

const countBefore = compile<{ priority: number; createdAt: number; id: string }>(
  build
    .select({ count: sql`count(*)`.as("count") })
    .from(jobs)
    .where(
      and(
        isWaiting,
        sql`(${jobs.priority} > ${argument("priority")} or (${jobs.priority} = ${argument("priority")} and (${jobs.createdAt}, ${jobs.id}) < (${argument("createdAt")}, ${argument("id")})))`,
      ),
    ),
);

/** Jobs of a process that are looked at for how long they take: the newest that ended, whatever became of them. */
const maxLookedAt = 20;

const selectDurations = compile<{ processId: string; limit: number }>(
  build
    .select({ milliseconds: sql`${jobIndex.duration}`.as("milliseconds"), status: jobIndex.status })
    .from(jobIndex)
    .where(eq(jobIndex.processId, argument("processId")))
    .orderBy(desc(jobIndex.number))
    .limit(sql.placeholder("limit")),
);

/** Counts the accepted jobs. */
export async function countWaiting(database: Database): Promise<number> {
  const [row] = await database.read(countAll({}));
  return Number(row?.count ?? 0);
}

/** Tells an accepted job's place in the queue, from 1 on. */
export async function queuePositionOf(database: Database, job: Job): Promise<number> {
  const { priority, createdAt, id } = job;
  const [row] = await database.read(countBefore({ priority, createdAt, id }));
  return Number(row?.count ?? 0) + 1;
}

/** Tells how long the newest successful jobs of a process took: the median; undefined when there is none. */
export async function usualMilliseconds(database: Database, processId: string): Promise<number | undefined> {
  const rows = await database.read(selectDurations({ processId, limit: maxLookedAt }));
  const durations = rows.filter((row) => row.status === "successful").map((row) => Number(row.milliseconds));
  return durations.sort((one, other) => one - other)[Math.floor(durations.length / 2)];
}
