import { asc, eq, lte, sql } from "drizzle-orm";
import type { Database } from "../database/database.ts";
import { type ArgumentsOf, argument, argumentsOf, build, compile, insertFrom } from "../database/statements.ts";
import type { TableRow } from "../rows.ts";
import { vaultUploads } from "../schema/vault.ts";

/** An upload that comes in parts and is not whole yet. */
export type VaultUpload = TableRow<typeof vaultUploads>;

/** What one client may have begun. */
export type UploadBounds = { readonly maxBytes: number; readonly maxUploads: number };

const insert = compile<ArgumentsOf<typeof vaultUploads> & { maxBytes: number; maxUploads: number }>()(() =>
  insertFrom(vaultUploads, argumentsOf(vaultUploads), {
    where: sql`(select count(*) from ${vaultUploads} where client = ${argument("client")}) < ${argument("maxUploads")}
      and coalesce((select vault_bytes from client_usage where client = ${argument("client")}), 0)
        + coalesce((select sum(size_bytes) from ${vaultUploads} where client = ${argument("client")}), 0)
        + ${argument("sizeBytes")} <= ${argument("maxBytes")}`,
  }),
);
const selectOne = compile<{ id: string }>()(() =>
  build
    .select()
    .from(vaultUploads)
    .where(eq(vaultUploads.id, argument("id"))),
);
const selectExpired = compile<{ now: number }>()(() =>
  build
    .select()
    .from(vaultUploads)
    .where(lte(vaultUploads.expiresAt, argument("now")))
    .orderBy(asc(vaultUploads.expiresAt)),
);
const remove = compile<{ id: string }>()(() => build.delete(vaultUploads).where(eq(vaultUploads.id, argument("id"))));

/** Keeps what is known of an upload that begins. False when its client has begun too many, or would have too many bytes with it. */
export async function insertUpload(database: Database, upload: VaultUpload, bounds: UploadBounds): Promise<boolean> {
  const [inserted] = await database.write([insert({ ...upload, user: upload.user ?? null, ...bounds })]);
  return inserted?.rowsAffected === 1;
}

/** Finds an upload that is not whole yet. */
export async function findUpload(database: Database, id: string): Promise<VaultUpload | undefined> {
  const [row] = await database.read(selectOne({ id }));
  return row;
}

/** Lists uploads that were not ended in time. */
export function expiredUploads(database: Database, now: number): Promise<readonly VaultUpload[]> {
  return database.read(selectExpired({ now }));
}

/** Forgets an upload that is not whole. False when there is none. */
export async function removeUpload(database: Database, id: string): Promise<boolean> {
  const [removed] = await database.write([remove({ id })]);
  return removed?.rowsAffected === 1;
}
