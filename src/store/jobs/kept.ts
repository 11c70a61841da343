import { and, asc, desc, gt, lte, not, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { argument, build, column, compile } from "../database/statements.ts";
import { audit } from "../schema/audit.ts";
import { isListed, jobs } from "../schema/jobs.ts";
import { sessions } from "../schema/sessions.ts";
import { clientUsage } from "../schema/usage.ts";
import { vaultFiles } from "../schema/vault.ts";
import { isUnused } from "../uploads/vault.ts";

/** What is due first: its times, the earliest first. Milliseconds since 1970. */
type Times = readonly number[];

const jobEnds = compile<{ limit: number }>()(() =>
  build
    .select({ at: sql`finished_at`.mapWith(Number) })
    .from(
      sql`${jobs} indexed by jobs_by_end where ${isListed} and hidden = 0 and finished_at is not null
        and status in ('successful', 'failed', 'dismissed') and kept_at is null
        order by finished_at`,
    )
    .limit(sql.placeholder("limit")),
);

const uploadEnds = compile<{ limit: number }>()(() =>
  build
    .select({ at: vaultFiles.expiresAt })
    .from(vaultFiles)
    .where(isUnused)
    .orderBy(asc(vaultFiles.expiresAt))
    .limit(sql.placeholder("limit")),
);

const heldUploads = compile<{ now: number }>()(() =>
  build
    .select({ count: sql`count(*)`.mapWith(Number) })
    .from(vaultFiles)
    .where(and(lte(vaultFiles.expiresAt, argument("now")), not(isUnused))),
);

const auditTimes = compile<{ limit: number }>()(() =>
  build.select({ at: audit.at }).from(audit).orderBy(asc(audit.number)).limit(sql.placeholder("limit")),
);

/** Says the same as the index that holds few rows. */
const answeredEnds = compile<{ limit: number }>()(() =>
  build
    .select({ at: sql`finished_at`.mapWith(Number) })
    .from(
      sql`${jobs} indexed by jobs_sync_runs where sync_run = 'answered' and status <> 'dismissed'
        and finished_at is not null order by finished_at`,
    )
    .limit(sql.placeholder("limit")),
);

const sessionEnds = compile<{ now: number; limit: number }>()(() =>
  build
    .select({ at: sessions.expiresAt })
    .from(sessions)
    .where(gt(sessions.expiresAt, argument("now")))
    .orderBy(asc(sessions.expiresAt))
    .limit(sql.placeholder("limit")),
);

/** Lists when the jobs ended that ended first and are not kept for good, so many at most. */
export async function firstJobEnds(database: Database, limit: number): Promise<Times> {
  return (await database.read(jobEnds({ limit }))).map(({ at }) => at);
}

/** Lists when the uploads expire first that no job holds, so many at most; one that was held until now may be past its time. */
export async function firstUploadEnds(database: Database, limit: number): Promise<Times> {
  return (await database.read(uploadEnds({ limit }))).map(({ at }) => at);
}

/** Lists when the synchronous runs ended first that were answered and are no jobs to who asked, so many at most. */
export async function firstAnsweredEnds(database: Database, limit: number): Promise<Times> {
  return (await database.read(answeredEnds({ limit }))).map(({ at }) => at);
}

/** Lists when the sessions of browsers end next, so many at most. */
export async function nextSessionEnds(database: Database, now: number, limit: number): Promise<Times> {
  return (await database.read(sessionEnds({ now, limit }))).map(({ at }) => at);
}

/** Counts the uploads that are past their time, and stay for a job that may read them still or is kept for good. */
export async function countHeldUploads(database: Database, now: number): Promise<number> {
  const [row] = await database.read(heldUploads({ now }));
  return row?.count ?? 0;
}

/** Lists the times of the first lines of the audit, so many at most. */
export async function firstAuditTimes(database: Database, limit: number): Promise<Times> {
  return (await database.read(auditTimes({ limit }))).map(({ at }) => at);
}

const largestClients = compile<{ limit: number }>()(() =>
  build
    .select({
      client: clientUsage.client,
      outputBytes: clientUsage.outputBytes,
      uploadBytes: clientUsage.vaultBytes,
    })
    .from(clientUsage)
    .where(sql`${clientUsage.vaultBytes} + ${clientUsage.outputBytes} > 0`)
    .orderBy(desc(sql`${clientUsage.vaultBytes} + ${clientUsage.outputBytes}`), asc(clientUsage.client))
    .limit(sql.placeholder("limit")),
);

const newestOutputs = compile<{ jobs: number }>()(() =>
  build
    .select({
      id: column(jobs.id),
      processId: column(jobs.processId),
      providerId: column(jobs.providerId),
      user: column(jobs.user),
      bytes: column(jobs.outputBytes),
    })
    .from(
      sql`(select * from ${jobs} order by number desc limit ${argument("jobs")}) as jobs where output_bytes > 0 and hidden = 0`,
    ),
);

/** What one client keeps, in bytes. */
export type ClientSpace = { readonly client: string; readonly outputBytes: number; readonly uploadBytes: number };
/** What the results of one job take, in bytes. */
export type JobSpace = {
  readonly id: string;
  readonly processId: string;
  readonly providerId?: string;
  readonly user?: string;
  readonly bytes: number;
};

/** Lists the clients that keep most, the largest first, so many at most. */
export function clientsBySpace(database: Database, limit: number): Promise<readonly ClientSpace[]> {
  return database.read(largestClients({ limit }));
}

/** Lists what the results take of those of the newest jobs, so many, that have results in files. */
export async function spaceOfNewestJobs(database: Database, newest: number): Promise<readonly JobSpace[]> {
  const rows = await database.read(newestOutputs({ jobs: newest }));
  return rows.map(({ providerId, user, ...row }) => ({
    ...row,
    ...(providerId === undefined || providerId === null ? {} : { providerId }),
    ...(user === undefined || user === null ? {} : { user }),
  }));
}
