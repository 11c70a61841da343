import { and, desc, eq, sql } from "drizzle-orm";
import { clientOf } from "../domain/access.ts";
import type { Job } from "../domain/job.ts";
import { jobMoves } from "../domain/job-state.ts";
import type { Database } from "./database.ts";
import { membersInOrder, setOfBlock } from "./job-index/number-sets.ts";
import { facetTerm } from "./job-index/terms.ts";
import { jobSets } from "./schema/job-index.ts";
import { jobs } from "./schema/jobs.ts";
import { argument, build, compile, statusIn } from "./statements.ts";

const isWaiting = statusIn(jobs.status, jobMoves.claim.from);

const countAll = compile(() =>
  build
    .select({ count: sql`count(*)`.as("count") })
    .from(jobs)
    .where(isWaiting),
);

/** Jobs of the same client that come first: as many turns are taken before. */
const countOwnBefore = compile<{ client: string; priority: number; createdAt: number; id: string }>(() =>
  build
    .select({ count: sql`count(*)`.as("count") })
    .from(jobs)
    .where(
      and(
        isWaiting,
        sql`${jobs.client} = ${argument("client")} and ${jobs.priority} = ${argument("priority")} and (${jobs.createdAt}, ${jobs.id}) < (${argument("createdAt")}, ${argument("id")})`,
      ),
    ),
);

/** In so many turns each client with as many jobs of this priority has one taken, and who came first one more. */
const countBefore = compile<{ client: string; priority: number; createdAt: number; turns: number }>(() =>
  build
    .select({
      count:
        sql`coalesce(sum(higher + min(same, ${argument("turns")} + coalesce(first < ${argument("createdAt")} and client <> ${argument("client")}, 0))), 0)`.as(
          "count",
        ),
    })
    .from(
      sql`(select client, count(*) filter (where priority > ${argument("priority")}) as higher, count(*) filter (where priority = ${argument("priority")}) as same, min(created_at) filter (where priority = ${argument("priority")}) as first from jobs where ${statusIn(sql`status`, jobMoves.claim.from)} group by client)`,
    ),
);

/** Jobs of a process that are looked at for how long they take: the newest that ended, whatever became of them. */
const maxLookedAt = 20;
/** Blocks of the job index in which they are looked for. */
const maxBlocks = 3;

const selectNewestSets = compile<{ term: string; limit: number }>(() =>
  build
    .select({ block: jobSets.block, numbers: jobSets.numbers })
    .from(jobSets)
    .where(eq(jobSets.term, argument("term")))
    .orderBy(desc(jobSets.block))
    .limit(sql.placeholder("limit")),
);

/** `numbers` is a JSON array. */
const selectDurations = compile<{ numbers: string }>(() =>
  build
    .select({ milliseconds: sql`${jobs.finishedAt} - ${jobs.startedAt}`.as("milliseconds") })
    .from(jobs)
    .where(
      sql`${jobs.number} in (select value from json_each(${argument("numbers")})) and is_indexed = 1 and ${statusIn(jobs.status, ["successful"])}`,
    ),
);

/** Counts the accepted jobs. */
export async function countWaiting(database: Database): Promise<number> {
  const [row] = await database.read(countAll({}));
  return Number(row?.count ?? 0);
}

/** Tells an accepted job's place in the queue, from 1 on: as far as it can be known when clients take turns. */
export async function queuePositionOf(database: Database, job: Job): Promise<number> {
  const { priority, createdAt, id } = job;
  const client = clientOf(job);
  const [own] = await database.read(countOwnBefore({ client, priority, createdAt, id }));
  const turns = Number(own?.count ?? 0);
  const [row] = await database.read(countBefore({ client, priority, createdAt, turns }));
  return Number(row?.count ?? 0) + 1;
}

/** Tells how long the newest successful jobs of a process took: the median; undefined when there is none. */
export async function usualMilliseconds(database: Database, processId: string): Promise<number | undefined> {
  const sets = await database.read(selectNewestSets({ term: facetTerm("process", processId), limit: maxBlocks }));
  const newest: number[] = [];
  for (const { block, numbers } of sets) {
    newest.push(...membersInOrder(setOfBlock(Number(block), numbers), true, maxLookedAt - newest.length));
  }
  const rows = await database.read(selectDurations({ numbers: JSON.stringify(newest) }));
  const durations = rows.map((row) => Number(row.milliseconds));
  return durations.sort((one, other) => one - other)[Math.floor(durations.length / 2)];
}
