import { and, count, eq, sql } from "drizzle-orm";
import type { Job } from "../../domain/jobs/job.ts";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import { argument, build, column, compile, statusIn } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";

const isWaiting = statusIn(jobs.status, jobMoves.claim.from);

const countAll = compile()(() => build.select({ count: count() }).from(jobs).where(isWaiting));

const countOfRunning = compile()(() =>
  build
    .select({ count: count() })
    .from(jobs)
    .where(statusIn(jobs.status, ["running"])),
);

/** More do not run at once. */
const mostRunning = 1000;

const selectRunning = compile()(() =>
  build
    .select({ id: column(jobs.id), startedAt: column(jobs.startedAt) })
    .from(sql`jobs indexed by jobs_new`)
    .where(sql`jobs.is_new = 1 and jobs.finished_at is null and jobs.status = 'running' and jobs.hidden = 0`)
    .orderBy(sql`jobs.started_at`)
    .limit(mostRunning),
);

/** The waiting jobs, as their index has them. */
const selectWaiting = compile<{ limit: number }>()(() =>
  build
    .select({ id: jobs.id, client: jobs.client, priority: jobs.priority, createdAt: jobs.createdAt })
    .from(jobs)
    .where(isWaiting)
    .limit(sql.placeholder("limit")),
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

/** Lists the jobs that run, the one first that began first. */
export async function listRunning(
  database: Database,
): Promise<readonly { readonly id: string; readonly startedAt?: number | undefined }[]> {
  return database.read(selectRunning({}));
}

/** Of more waiting jobs the places are not told in lists: each look would go through all of them. */
const mostPlaced = 1000;

/** Tells the places of accepted jobs in the queue, as `queuePositionOf` does, by their ids; of none where more than 1000 jobs wait. */
export async function queuePositionsOf(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const waiting = ids.length === 0 ? [] : await database.read(selectWaiting({ limit: mostPlaced + 1 }));
  if (waiting.length > mostPlaced) return new Map();
  const clients = [...Map.groupBy(waiting, ({ client }) => client)];
  const wanted = new Set(ids);
  return new Map(waiting.filter(({ id }) => wanted.has(id)).map((one) => [one.id, placeOf(one, clients)]));
}

type Waiting = { readonly id: string; readonly client: string; readonly priority: number; readonly createdAt: number };

/** The same as `countBefore` counts. */
function placeOf(one: Waiting, clients: readonly (readonly [client: string, waiting: readonly Waiting[]])[]): number {
  const isEarlier = (other: Waiting) =>
    other.createdAt < one.createdAt || (other.createdAt === one.createdAt && other.id < one.id);
  const own = clients.find(([client]) => client === one.client)?.[1] ?? [];
  const turns = own.filter((other) => other.priority === one.priority && isEarlier(other)).length;
  const before = clients.map(([client, waiting]) => {
    const higher = waiting.filter(({ priority }) => priority > one.priority).length;
    const same = waiting.filter(({ priority }) => priority === one.priority).map(({ createdAt }) => createdAt);
    const isFirst = client !== one.client && same.some((createdAt) => createdAt < one.createdAt);
    return higher + Math.min(same.length, turns + (isFirst ? 1 : 0));
  });
  return before.reduce((sum, count) => sum + count, 0) + 1;
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
