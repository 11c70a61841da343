import { and, count, eq, sql } from "drizzle-orm";
import { clientOf } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { jobMoves } from "../domain/job-state.ts";
import type { Database } from "./database.ts";
import { jobs } from "./schema/jobs.ts";
import { argument, build, compile, statusIn } from "./statements.ts";

const isWaiting = statusIn(jobs.status, jobMoves.claim.from);

const countAll = compile()(() => build.select({ count: count() }).from(jobs).where(isWaiting));

const countOfRunning = compile()(() =>
  build
    .select({ count: count() })
    .from(jobs)
    .where(statusIn(jobs.status, ["running"])),
);

/** Jobs of the same client that come first: as many turns are taken before. */
const countOwnBefore = compile<{ client: string; priority: number; createdAt: number; id: string }>()(() =>
  build
    .select({ count: count() })
    .from(jobs)
    .where(
      and(
        isWaiting,
        eq(jobs.client, argument("client")),
        eq(jobs.priority, argument("priority")),
        sql`(${jobs.createdAt}, ${jobs.id}) < (${argument("createdAt")}, ${argument("id")})`,
      ),
    ),
);

/** In so many turns each client with as many jobs of this priority has one taken, and who came first one more. */
const countBefore = compile<{ client: string; priority: number; createdAt: number; turns: number }>()(() =>
  build
    .select({
      count:
        sql`coalesce(sum(higher + min(same, ${argument("turns")} + coalesce(first < ${argument("createdAt")} and client <> ${argument("client")}, 0))), 0)`.mapWith(
          Number,
        ),
    })
    .from(
      sql`(select client, count(*) filter (where priority > ${argument("priority")}) as higher, count(*) filter (where priority = ${argument("priority")}) as same, min(created_at) filter (where priority = ${argument("priority")}) as first from jobs where ${statusIn(sql`status`, jobMoves.claim.from)} group by client)`,
    ),
);

/** Counts the accepted jobs. */
export async function countWaiting(database: Database): Promise<number> {
  const [row] = await database.read(countAll({}));
  return row?.count ?? 0;
}

/** Counts the jobs that run. */
export async function countRunning(database: Database): Promise<number> {
  const [row] = await database.read(countOfRunning({}));
  return row?.count ?? 0;
}

/** Tells an accepted job's place in the queue, from 1 on: as far as it can be known when clients take turns. */
export async function queuePositionOf(database: Database, job: Job): Promise<number> {
  const { priority, createdAt, id } = job;
  const client = clientOf(job);
  const [own] = await database.read(countOwnBefore({ client, priority, createdAt, id }));
  const turns = own?.count ?? 0;
  const [row] = await database.read(countBefore({ client, priority, createdAt, turns }));
  return (row?.count ?? 0) + 1;
}
