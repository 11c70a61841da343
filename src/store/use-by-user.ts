import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { isListed } from "./schema/jobs.ts";
import { argument, build, compile } from "./statements.ts";

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

// Along two indexes that hold all that is asked, in the order of the users: of the rows of jobs, one is read for each user.
const selectRuns = compile<{ since: number }>()(() =>
  build
    .select({
      user: sql`runs.user`.mapWith(String),
      jobs: sql`sum(runs.jobs)`.mapWith(Number),
      failed: sql`sum(runs.failed)`.mapWith(Number),
      milliseconds: sql`sum(runs.milliseconds)`.mapWith(Number),
    })
    .from(
      sql`(
        select ${figures} from jobs indexed by jobs_of_user
        where ${isListed} and finished_at >= ${argument("since")} group by hidden, coalesce(user, '')
        union all
        select ${figures} from jobs indexed by jobs_new
        where is_new = 1 and hidden < 2 and finished_at >= ${argument("since")} group by coalesce(user, '')
      ) as runs`,
    )
    .groupBy(sql`runs.user`)
    .orderBy(sql`sum(runs.milliseconds) desc, sum(runs.jobs) desc, runs.user`),
);

/** Lists who had jobs that ended since a time (milliseconds since 1970), the one whose jobs ran longest first. */
export function runsByUser(database: Database, since: number): Promise<readonly UserRuns[]> {
  return database.read(selectRuns({ since }));
}
