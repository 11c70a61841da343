import { and, desc, eq, gt, or, sql } from "drizzle-orm";
import type { JobStatus } from "../domain/job-state.ts";
import type { Database } from "./database.ts";
import { jobs } from "./schema/jobs.ts";
import { vaultFiles, vaultUses } from "./schema/vault.ts";
import { argument, build, compile } from "./statements.ts";
import { fileOf, type VaultFile } from "./vault.ts";

/** Which uploads a page has: those of one user, or of all; behind one of them. */
export type UploadFilter = {
  readonly user?: string;
  readonly limit: number;
  readonly now: number;
  readonly after?: { readonly createdAt: number; readonly id: string };
};

/** A job that reads an upload. */
export type JobOfUpload = {
  readonly id: string;
  readonly processId: string;
  readonly processRevision: string;
  readonly providerId?: string;
  readonly user?: string;
  readonly status: JobStatus;
};

type Listing = { user: string | null; now: number; createdAt: number; id: string; limit: number };

// Files are kept for a day: few enough to be gone through.
const selectPage = compile<Listing>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(
      and(
        or(sql`${argument("user")} is null`, eq(vaultFiles.user, argument("user"))),
        gt(vaultFiles.expiresAt, argument("now")),
        sql`(${vaultFiles.createdAt}, ${vaultFiles.id}) < (${argument("createdAt")}, ${argument("id")})`,
      ),
    )
    .orderBy(desc(vaultFiles.createdAt), desc(vaultFiles.id))
    .limit(sql.placeholder("limit")),
);

const selectJobs = compile<{ id: string; limit: number }>()(() =>
  build
    .select({
      id: jobs.id,
      processId: jobs.processId,
      processRevision: jobs.processRevision,
      providerId: jobs.providerId,
      user: jobs.user,
      status: jobs.status,
    })
    .from(vaultUses)
    .innerJoin(jobs, eq(jobs.id, vaultUses.jobId))
    .where(and(eq(vaultUses.vaultFileId, argument("id")), sql`${jobs.hidden} = 0`))
    .orderBy(desc(vaultUses.jobId))
    .limit(sql.placeholder("limit")),
);

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

/** Lists uploads that have not expired, the newest first. */
export async function listVaultFiles(
  database: Database,
  { user, now, after, limit }: UploadFilter,
): Promise<readonly VaultFile[]> {
  const { createdAt, id } = after ?? { createdAt: Number.MAX_SAFE_INTEGER, id: "" };
  return (await database.read(selectPage({ user: user ?? null, now, createdAt, id, limit }))).map(fileOf);
}

/** Lists the newest jobs that read an upload. */
export function jobsOfVaultFile(database: Database, id: string, limit: number): Promise<readonly JobOfUpload[]> {
  return database.read(selectJobs({ id, limit }));
}
