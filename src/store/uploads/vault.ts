import { and, asc, eq, exists, gt, isNotNull, lte, notExists, or, type SQL, sql } from "drizzle-orm";
import { type JobStatus, jobMoves } from "../../domain/jobs/job-state.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import {
  type ArgumentsOf,
  argument,
  argumentsOf,
  build,
  compile,
  insertFrom,
  statusIn,
} from "../database/statements.ts";
import { noteOfRemovedFile } from "../jobs/removals.ts";
import type { TableRow } from "../rows.ts";
import { jobs } from "../schema/jobs.ts";
import { vaultFiles, vaultUploads, vaultUses } from "../schema/vault.ts";

/** An uploaded file; its bytes lie in the vault's directory. */
export type VaultFile = {
  readonly id: string;
  /** Owner of the key that uploaded it; undefined for an anonymous user. */
  readonly user?: string;
  /** Whose share it takes: `clientOf` of whoever uploaded it; that of its user when undefined. */
  readonly client?: string;
  /** sha256 of the upload's token, hexadecimal. */
  readonly tokenHash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** The states in which a job may still read its files: it has not ended, or failed and can be retried. */
export const readingStates: readonly JobStatus[] = [...jobMoves.dismiss.from, "failed"];

const usesBy = (condition: SQL | undefined) =>
  build
    .select({ jobId: vaultUses.jobId })
    .from(vaultUses)
    .innerJoin(jobs, eq(jobs.id, vaultUses.jobId))
    .where(and(eq(vaultUses.vaultFileId, vaultFiles.id), condition));

/** No job may read the file any more, and none that read it is kept for good. */
export const isUnused = notExists(usesBy(or(statusIn(jobs.status, readingStates), isNotNull(jobs.keptAt))));
/** A job that read the file is kept for good: who runs it again needs the file. */
export const isOfKeptJob = exists(usesBy(isNotNull(jobs.keptAt)));

const insert = compile<ArgumentsOf<typeof vaultFiles> & { maxBytes: number }>()(() =>
  insertFrom(vaultFiles, argumentsOf(vaultFiles), {
    where: sql`coalesce((select vault_bytes from client_usage where client = ${argument("client")}), 0) + ${argument("sizeBytes")} <= ${argument("maxBytes")}`,
  }),
);
/** The parts have become the file, if there is one by now. */
const removeUpload = compile<{ id: string }>()(() =>
  build
    .delete(vaultUploads)
    .where(
      and(
        eq(vaultUploads.id, argument("id")),
        sql`exists (select 1 from ${vaultFiles} where ${vaultFiles.id} = ${argument("id")})`,
      ),
    ),
);
const selectOne = compile<{ id: string }>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(eq(vaultFiles.id, argument("id"))),
);
const selectSome = compile<{ ids: string }>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(sql`${vaultFiles.id} in (select one.value from json_each(${argument("ids")}) as one)`),
);
const selectUsable = compile<{ id: string; now: number }>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(and(eq(vaultFiles.id, argument("id")), or(gt(vaultFiles.expiresAt, argument("now")), isOfKeptJob))),
);
const selectExpired = compile<{ now: number }>()(() =>
  build
    .select()
    .from(vaultFiles)
    .where(and(lte(vaultFiles.expiresAt, argument("now")), isUnused))
    .orderBy(asc(vaultFiles.expiresAt)),
);
const remove = compile<{ id: string }>()(() =>
  build.delete(vaultFiles).where(and(eq(vaultFiles.id, argument("id")), isUnused)),
);
const removeUses = compile<{ id: string }>()(() =>
  build.delete(vaultUses).where(
    and(
      eq(vaultUses.vaultFileId, argument("id")),
      notExists(
        build
          .select({ id: vaultFiles.id })
          .from(vaultFiles)
          .where(eq(vaultFiles.id, argument("id"))),
      ),
    ),
  ),
);

/**
 * Keeps what is known of an uploaded file. False when its client would have more than `maxBytes` in the vault with it: of
 * uploads that come in at once, too.
 */
export async function insertVaultFile(
  database: Database,
  file: VaultFile,
  maxBytes: number = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  const [inserted] = await database.write([
    insert({ ...file, user: file.user ?? null, client: clientOf(file), maxBytes }),
    removeUpload({ id: file.id }),
  ]);
  return inserted?.rowsAffected === 1;
}

/** Finds an uploaded file, be it expired or not. */
export async function findVaultFile(database: Database, id: string): Promise<VaultFile | undefined> {
  const [row] = await database.read(selectOne({ id }));
  return row === undefined ? undefined : fileOf(row);
}

/** Finds uploaded files, be they expired or not, by their ids, in one read; those that are not there are left out. */
export async function findVaultFiles(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, VaultFile>> {
  if (ids.length === 0) return new Map();
  const rows = await database.read(selectSome({ ids: JSON.stringify(ids) }));
  return new Map(rows.map((row) => [row.id, fileOf(row)]));
}

/** Finds an uploaded file that new jobs may be given: it is not past its time, or a job that is kept for good read it. */
export async function findUsableFile(database: Database, id: string, now: number): Promise<VaultFile | undefined> {
  const [row] = await database.read(selectUsable({ id, now }));
  return row === undefined ? undefined : fileOf(row);
}

/** Lists the files past their expiry that no unfinished or failed job holds, and none that is kept for good. */
export async function expiredVaultFiles(database: Database, now: number): Promise<readonly VaultFile[]> {
  return (await database.read(selectExpired({ now }))).map(fileOf);
}

/**
 * Forgets a file. False when there is none, or a job holds it that has not ended, failed or is kept for good (since the file was
 * listed, too): its bytes must stay then.
 */
export async function removeVaultFile(database: Database, id: string): Promise<boolean> {
  const [removed] = await database.write([remove({ id }), removeUses({ id }), noteOfRemovedFile(id)]);
  return removed?.rowsAffected === 1;
}

/** Reads the row of a file. */
export function fileOf({ client, ...file }: TableRow<typeof vaultFiles>): VaultFile {
  return { ...file, ...(client === clientOf(file) ? {} : { client }) };
}
