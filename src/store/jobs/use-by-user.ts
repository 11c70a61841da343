import { sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { isListed } from "../schema/jobs.ts";
import { runsByHour } from "../schema/usage.ts";

/** What a user had run in a time, of the jobs that ended in it: also those that were removed since. */
export type UserRuns = {
  /** Empty for all who came without a key. */
  readonly user: string;
  readonly jobs: number;
  readonly failed: number;
  /** From the start to the end of each, added up. */
  readonly milliseconds: number;
};

const figures = sql`coalesce(user, '') as user, count(*) as jobs, sum(status = 'failed') as failed,
  sum(coalesce(finished_at - started_at, 0)) as milliseconds`;
const inFirstHour = sql`finished_at >= ${argument("since")} and finished_at < ${argument("sums")}`;

/*
 * Triggers of `jobs` add up the runs of each user by the hour in which they end, in the write of the end: a look reads as many rows as
 * there are users in these hours, whatever the number of jobs, and has all that is committed. A time mostly begins within an hour: of
 * that one the jobs themselves are counted, by the index of their ends.
 */
const selectRuns = compile<{ since: number; sums: number; hour: number }>()(() =>
  build
    .select({
      user: sql`runs.user`.mapWith(String),
      jobs: sql`sum(runs.jobs)`.mapWith(Number),
      failed: sql`sum(runs.failed)`.mapWith(Number),
      milliseconds: sql`sum(runs.milliseconds)`.mapWith(Number),
    })
    .from(
      sql`(
        select user, jobs, failed, milliseconds from ${runsByHour} where hour >= ${argument("hour")} and jobs > 0
        union all
        select ${figures} from jobs indexed by jobs_by_end
        where ${isListed} and hidden in (0, 1) and ${inFirstHour} group by coalesce(user, '')
        union all
        select ${figures} from jobs indexed by jobs_new
        where is_new = 1 and hidden < 2 and ${inFirstHour} group by coalesce(user, '')
      ) as runs`,
    )
    .groupBy(sql`runs.user`)
    .orderBy(sql`sum(runs.milliseconds) desc, sum(runs.jobs) desc, runs.user`),
);

const hourMilliseconds = 3_600_000;

/** Lists who had jobs that ended since a time (milliseconds since 1970), the one whose jobs ran longest first. */
export function runsByUser(database: Database, since: number): Promise<readonly UserRuns[]> {
  const hour = Math.ceil(since / hourMilliseconds);
  return database.read(selectRuns({ since, hour, sums: hour * hourMilliseconds }));
}
