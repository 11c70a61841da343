import { and, count, eq, type SQL, sql } from "drizzle-orm";
import * as v from "valibot";
import { clientOf } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { jobMoves } from "../domain/job-state.ts";
import type { EarlierRun } from "../domain/usual-run.ts";
import type { Database } from "./database.ts";
import { isListed, jobs } from "./schema/jobs.ts";
import { argument, build, compile, numberOrNull, statusIn } from "./statements.ts";

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

/** Jobs of a process that are looked at for how long they take: the newest that ended, whatever became of them. */
const maxLookedAt = 20;

/** The numbers of a longer request are not read, in characters. */
const longestRequest = 16_384;

/** The inputs of a request that are one number each, as a JSON object. */
const numbersOf = sql`(select json_group_object(key, json_extract(value, '$.value')) from json_each(request, '$.inputs') where type = 'object' and json_type(value, '$.value') in ('integer', 'real'))`;

const NumbersSchema = v.record(v.string(), v.number());

function numbersOrNull(text: unknown): Readonly<Record<string, number>> | null {
  return typeof text === "string" ? v.parse(NumbersSchema, JSON.parse(text)) : null;
}

/** The durations of the ended jobs of a process, those that ended just now, or the newest of the others; null of those without success, of those that took all from earlier runs, and of retries that kept steps. */
function durationsOf(source: SQL, order: SQL) {
  return compile<{ processId: string; provider: string | null; revision: string | null; limit: number }>()(() =>
    build
      .select({
        milliseconds:
          sql`iif(status = 'successful' and is_from_cache is null and resume_from is null and process_revision = coalesce(${argument("revision")}, process_revision), finished_at - started_at - coalesce(waited_milliseconds, 0), null)`.mapWith(
            numberOrNull,
          ),
        numbers:
          sql`iif(status = 'successful' and length(request) <= ${sql.raw(String(longestRequest))}, ${numbersOf}, null)`.mapWith(
            numbersOrNull,
          ),
      })
      .from(
        sql`${source} and finished_at is not null and hidden = 0 and process_id = ${argument("processId")} and provider_id is ${argument("provider")} order by ${order} limit ${argument("limit")}`,
      ),
  );
}

const newDurations = durationsOf(sql`jobs indexed by jobs_new where is_new = 1`, sql`finished_at desc`);
const listedDurations = durationsOf(sql`jobs indexed by jobs_of_process where ${isListed}`, sql`number desc`);

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

type RunsOf = {
  readonly processId: string;
  readonly providerId?: string | null;
  readonly processRevision?: string | null;
};

/**
 * Lists how long the newest successful jobs of a process, here or of a provider, ran, without what they waited, with their numbers.
 * Jobs that took all from earlier runs, and retries that kept finished steps, do not count. Where a revision is named, only its jobs count: what another one takes says nothing of it.
 */
export async function earlierRuns(
  database: Database,
  { processId, providerId = null, processRevision = null }: RunsOf,
): Promise<readonly EarlierRun[]> {
  const page = { processId, provider: providerId, revision: processRevision, limit: maxLookedAt };
  const rows = [...(await database.read(newDurations(page))), ...(await database.read(listedDurations(page)))];
  return rows
    .slice(0, maxLookedAt)
    .flatMap(({ milliseconds, numbers }): readonly EarlierRun[] =>
      typeof milliseconds === "number" ? [{ milliseconds, numbers: numbers ?? undefined }] : [],
    );
}
