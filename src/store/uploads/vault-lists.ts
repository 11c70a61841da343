import { and, asc, desc, eq, gt, isNotNull, not, or, type SQL, sql } from "drizzle-orm";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile, statusIn } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";
import { vaultFiles, vaultUses } from "../schema/vault.ts";
import { fileOf, isOfKeptJob, isUnused, readingStates, type VaultFile } from "./vault.ts";

/** Which uploads a page has: those of one user, or of all; behind one of them. */
export type UploadFilter = {
  readonly user?: string;
  readonly limit: number;
  readonly now: number;
  readonly after?: UploadPlace;
  /** Those of jobs that are kept for good always belong to it. Those that are past their time and stay for a job that may read them belong to it, too. */
  readonly withHeld?: boolean;
  /** The largest first; the newest when absent. */
  readonly bySize?: boolean;
};

/** Where an upload stands in a list. */
export type UploadPlace = { readonly sizeBytes: number; readonly createdAt: number; readonly id: string };

/** A job that reads an upload. */
export type JobOfUpload = {
  readonly id: string;
  readonly processId: string;
  readonly processRevision: string;
  readonly providerId?: string;
  readonly user?: string;
  readonly status: JobStatus;
  readonly title?: string;
  /** Set where it is kept for good. */
  readonly keptAt?: number;
};

type Chosen = { user: string | null; now: number; withHeld: number };
type Listing = Chosen & { createdAt: number; id: string; limit: number };

const isChosen = and(
  or(sql`${argument("user")} is null`, eq(vaultFiles.user, argument("user"))),
  or(gt(vaultFiles.expiresAt, argument("now")), isOfKeptJob, and(sql`${argument("withHeld")} = 1`, not(isUnused))),
);

// Files are kept for a day: few enough to be gone through.
const selectPage = compile<Listing>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(
      and(isChosen, sql`(${vaultFiles.createdAt}, ${vaultFiles.id}) < (${argument("createdAt")}, ${argument("id")})`),
    )
    .orderBy(desc(vaultFiles.createdAt), desc(vaultFiles.id))
    .limit(sql.placeholder("limit")),
);
const selectLargest = compile<Listing & { sizeBytes: number }>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(
      and(
        isChosen,
        sql`(${vaultFiles.sizeBytes}, ${vaultFiles.createdAt}, ${vaultFiles.id}) < (${argument("sizeBytes")}, ${argument("createdAt")}, ${argument("id")})`,
      ),
    )
    .orderBy(desc(vaultFiles.sizeBytes), desc(vaultFiles.createdAt), desc(vaultFiles.id))
    .limit(sql.placeholder("limit")),
);

const selectSums = compile<Chosen & { limit: number }>()(() =>
  build
    .select({
      user: vaultFiles.user,
      count: sql`count(*)`.mapWith(Number),
      bytes: sql`sum(size_bytes)`.mapWith(Number),
    })
    .from(vaultFiles)
    .where(isChosen)
    .groupBy(vaultFiles.user)
    .orderBy(desc(sql`sum(size_bytes)`), asc(vaultFiles.user))
    .limit(sql.placeholder("limit")),
);

const selectHeld = compile<{ ids: string }>()(() =>
  build
    .select({ id: vaultFiles.id })
    .from(vaultFiles)
    .where(and(sql`${vaultFiles.id} in (select value from json_each(${argument("ids")}))`, not(isUnused))),
);

const selectJobs = jobsWhere(sql`${jobs.hidden} = 0`, []);
const selectHolders = jobsWhere(or(isNotNull(jobs.keptAt), statusIn(jobs.status, readingStates)), [
  desc(isNotNull(jobs.keptAt)),
]);

function jobsWhere(condition: SQL | undefined, first: readonly SQL[]) {
  return compile<{ id: string; limit: number }>()(() =>
    build
      .select({
        id: jobs.id,
        processId: jobs.processId,
        processRevision: jobs.processRevision,
        providerId: jobs.providerId,
        user: jobs.user,
        status: jobs.status,
        title: sql<string | null>`${jobs.request} ->> '$.title'`,
        keptAt: jobs.keptAt,
      })
      .from(vaultUses)
      .innerJoin(jobs, eq(jobs.id, vaultUses.jobId))
      .where(and(eq(vaultUses.vaultFileId, argument("id")), condition))
      .orderBy(...first, desc(vaultUses.jobId))
      .limit(sql.placeholder("limit")),
  );
}

const selectNames = compile<{ ids: string }>()(() =>
  build
    .select({ id: vaultFiles.id, name: vaultFiles.name })
    .from(vaultFiles)
    .where(sql`${vaultFiles.id} in (select value from json_each(${argument("ids")}))`),
);

/** Finds the names of uploads by their ids; those that are gone have none. */
export async function namesOfVaultFiles(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.read(selectNames({ ids: JSON.stringify(ids) }));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Lists uploads that have not expired, the newest or the largest first. */
export async function listVaultFiles(database: Database, filter: UploadFilter): Promise<readonly VaultFile[]> {
  const { after, limit, bySize = false } = filter;
  const most = Number.MAX_SAFE_INTEGER;
  const { sizeBytes, createdAt, id } = after ?? { sizeBytes: most, createdAt: most, id: "" };
  const place = { ...chosen(filter), createdAt, id, limit };
  const query = bySize ? selectLargest({ ...place, sizeBytes }) : selectPage(place);
  return (await database.read(query)).map(fileOf);
}

/** What the uploads of one user take, in bytes; of those without a user where there is none. */
export type UploadSum = { readonly user?: string; readonly count: number; readonly bytes: number };

/** Adds up uploads by user, the largest sum first, so many users at most. */
export async function sumVaultFiles(
  database: Database,
  filter: Omit<UploadFilter, "after" | "bySize">,
): Promise<readonly UploadSum[]> {
  const rows = await database.read(selectSums({ ...chosen(filter), limit: filter.limit }));
  return rows.map(({ user, ...sum }) => ({ ...sum, ...(user === undefined || user === null ? {} : { user }) }));
}

function chosen({ user, now, withHeld = false }: Pick<UploadFilter, "user" | "now" | "withHeld">): Chosen {
  return { user: user ?? null, now, withHeld: withHeld ? 1 : 0 };
}

/** Tells which uploads stay past their time now, for a job that has not ended, failed and can be retried, or is kept for good. */
export async function heldVaultFiles(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await database.read(selectHeld({ ids: JSON.stringify(ids) }))).map(({ id }) => id));
}

/** Lists the newest jobs that read an upload. */
export function jobsOfVaultFile(database: Database, id: string, limit: number): Promise<readonly JobOfUpload[]> {
  return database.read(selectJobs({ id, limit }));
}

/**
 * Lists the jobs for which an upload stays, those that are kept for good first, the newest of them first: one that is kept for good,
 * has not ended, or failed and can be retried.
 */
export function holdersOfVaultFile(database: Database, id: string, limit: number): Promise<readonly JobOfUpload[]> {
  return database.read(selectHolders({ id, limit }));
}
