import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, compile, storable } from "../database/statements.ts";
import { isListed } from "../schema/jobs.ts";

/** All that is counted stands in an index: those that have ended along one of their own, the others in that of the few. */
function countOf(ended: SQL, fresh: SQL) {
  const some = (rows: SQL) => sql`(select count(*) from (select 1 from ${rows} limit ${argument("limit")}))`;
  return build
    .select({
      count:
        sql`min(${argument("limit")}, ${some(sql`jobs indexed by ${ended}`)} + ${some(sql`jobs indexed by jobs_new where is_new = 1 and hidden = 0 ${fresh}`)})`.mapWith(
          Number,
        ),
    })
    .from(sql`(select 1)`);
}

const listed = sql`${isListed} and hidden = 0`;
const ofUser = sql`and coalesce(user, '') = ${argument("user")}`;

const countAll = compile<{ limit: number }>()(() => countOf(sql`jobs_ended where ${listed}`, sql``));
const countOwn = compile<{ limit: number; user: string }>()(() =>
  countOf(sql`jobs_of_user where ${listed} ${ofUser}`, ofUser),
);

/**
 * Counts the jobs that lists show, at most `limit`: of everybody; of one user; with null of those without a key. Some milliseconds for
 * ten thousand, whatever else there is.
 */
export async function countJobs(
  database: Database,
  { user, limit }: { readonly user?: string | null; readonly limit: number },
): Promise<number> {
  const statement = user === undefined ? countAll({ limit }) : countOwn({ limit, user: storable(user ?? "") });
  const [row] = await database.read(statement);
  return row?.count ?? 0;
}
