import { and, count, eq, sql } from "drizzle-orm";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile, statusIn } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";
import { clientUsage } from "../schema/usage.ts";

/** What the service keeps of a client, in bytes. */
export type ClientUsage = { readonly vaultBytes: number; readonly outputBytes: number };

const selectUsage = compile<{ client: string }>()(() =>
  build
    .select({ vaultBytes: clientUsage.vaultBytes, outputBytes: clientUsage.outputBytes })
    .from(clientUsage)
    .where(eq(clientUsage.client, argument("client"))),
);

const countQueued = compile<{ client: string }>()(() =>
  build
    .select({ count: count() })
    .from(jobs)
    .where(and(statusIn(jobs.status, jobMoves.claim.from), eq(jobs.client, argument("client")))),
);

const countRunning = compile<{ client: string }>()(() =>
  build
    .select({ count: count() })
    .from(sql`${jobs} indexed by jobs_new`)
    .where(
      sql`is_new = 1 and ${jobs.finishedAt} is null and ${jobs.status} = 'running' and ${jobs.client} = ${argument("client")}`,
    ),
);

/** Reads what is kept of a client: nothing for one that is not known. */
export async function usageOf(database: Database, client: string): Promise<ClientUsage> {
  const [row] = await database.read(selectUsage({ client }));
  return row ?? { vaultBytes: 0, outputBytes: 0 };
}

/** Counts the running jobs of a client. */
export async function countRunningOf(database: Database, client: string): Promise<number> {
  const [row] = await database.read(countRunning({ client }));
  return row?.count ?? 0;
}

/** Counts the accepted jobs of a client. */
export async function countQueuedOf(database: Database, client: string): Promise<number> {
  const [row] = await database.read(countQueued({ client }));
  return row?.count ?? 0;
}
