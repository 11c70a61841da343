import { sql } from "drizzle-orm";
import { defined } from "../../domain/defined.ts";
import type { Database } from "../database/database.ts";
import { argument, build, column, compile, storable } from "../database/statements.ts";
import { isListed, jobs } from "../schema/jobs.ts";

/** How a job at a provider ended. */
export type ProviderRun = { readonly isGood: boolean; readonly endedAt: number; readonly failure?: string };

// The newest of those that the lists know, by their index, and of the few that ended just now.
const selectRuns = compile<{ provider: string; limit: number }>()(() =>
  build
    .select({
      status: column(jobs.status),
      endedAt: sql`${jobs.finishedAt}`.mapWith(Number),
      failure: sql<string | null>`${jobs.failure} ->> '$.message'`,
    })
    .from(jobs)
    .where(
      sql`${jobs.number} in (
        select number from (
          select number from jobs indexed by jobs_of_provider
          where ${isListed} and hidden = 0 and coalesce(provider_id, '') = ${argument("provider")}
          order by number desc limit ${argument("limit")}
        )
        union all
        select number from (
          select number from jobs indexed by jobs_new
          where is_new = 1 and finished_at is not null and provider_id = ${argument("provider")}
          order by finished_at desc limit ${argument("limit")}
        )
      ) and ${jobs.status} in ('successful', 'failed')`,
    )
    .orderBy(sql`${jobs.finishedAt} desc`),
);

/** Lists how the newest jobs at a provider ended, the last that ended first: those that succeeded or failed of `limit`, or of twice as many. */
export async function newestRunsAt(
  database: Database,
  providerId: string,
  limit: number,
): Promise<readonly ProviderRun[]> {
  const rows = await database.read(selectRuns({ provider: storable(providerId), limit }));
  return rows.map(({ status, endedAt, failure }) => ({
    isGood: status === "successful",
    endedAt,
    ...defined({ failure: failure ?? undefined }),
  }));
}
