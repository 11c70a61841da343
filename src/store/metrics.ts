import { count, isNotNull, sql } from "drizzle-orm";
import type { JobStatus } from "../domain/jobs/job-state.ts";
import type { Database } from "./database/database.ts";
import { build, column, compile } from "./database/statements.ts";
import { jobs } from "./schema/jobs.ts";
import { notifications } from "./schema/notifications.ts";
import { clientUsage } from "./schema/usage.ts";

/** Jobs of one process in one state. */
export type JobCount = {
  readonly status: JobStatus;
  readonly processId: string;
  readonly providerId?: string;
  readonly count: number;
  /** When the first of them was accepted. */
  readonly firstAt: number;
};

const unfinished = compile()(() =>
  build
    .select({
      status: column(jobs.status),
      processId: column(jobs.processId),
      providerId: column(jobs.providerId),
      count: count(),
      firstAt: sql`min(created_at)`.mapWith(Number),
    })
    // All that is asked for stands in the index, which holds what has not ended, or ended just now.
    .from(
      sql`${jobs} indexed by jobs_new where is_new = 1 and finished_at is null group by status, process_id, provider_id`,
    ),
);

const waitingNotices = compile()(() =>
  build.select({ count: count() }).from(notifications).where(isNotNull(notifications.dueAt)),
);

const keptBytes = compile()(() =>
  build
    .select({
      vault: sql`coalesce(sum(vault_bytes), 0)`.mapWith(Number),
      outputs: sql`coalesce(sum(output_bytes), 0)`.mapWith(Number),
    })
    .from(clientUsage),
);

/** Counts the jobs that have not ended, by state and process. */
export async function countUnfinished(database: Database): Promise<readonly JobCount[]> {
  const rows = await database.read(unfinished({}));
  return rows.map(({ status, processId, providerId, ...counted }) => ({
    status,
    processId,
    ...counted,
    ...(providerId === undefined || providerId === null ? {} : { providerId }),
  }));
}

/** Counts the notifications that wait to be sent. */
export async function countOutbox(database: Database): Promise<number> {
  const [row] = await database.read(waitingNotices({}));
  return row?.count ?? 0;
}

/** Adds up what uploads and outputs take of the disk, as it was counted when they were written; in bytes. */
export async function sumKeptBytes(database: Database): Promise<{ readonly vault: number; readonly outputs: number }> {
  const [row] = await database.read(keptBytes({}));
  return row ?? { vault: 0, outputs: 0 };
}
