import { and, asc, eq, isNull } from "drizzle-orm";
import type { Role } from "../domain/access.ts";
import type { Database } from "./database.ts";
import { rowReader } from "./rows.ts";
import { keys } from "./schema/keys.ts";
import { argument, argumentsOf, build, compile, type Row } from "./statements.ts";

/** A key `hdl_<id>_<secret>` as it is kept: the secret itself is not. */
export type KeyRow = {
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  /** sha256 of the secret, hexadecimal. */
  readonly secretHash: string;
  readonly createdAt: number;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
};

const keyRow = rowReader(keys);

const insert = compile<Record<keyof typeof keys.$inferSelect, string | number | null>>(() =>
  build.insert(keys).values(argumentsOf(keys)),
);
const selectAll = compile(() => build.select().from(keys).orderBy(asc(keys.createdAt), asc(keys.id)));
const selectOne = compile<{ id: string }>(() =>
  build
    .select()
    .from(keys)
    .where(eq(keys.id, argument("id"))),
);
const selectAny = compile(() => build.select({ id: keys.id }).from(keys).limit(1));
const revoke = compile<{ id: string; at: number }>(() =>
  build
    .update(keys)
    .set({ revokedAt: argument("at") })
    .where(and(eq(keys.id, argument("id")), isNull(keys.revokedAt))),
);
const touch = compile<{ id: string; at: number }>(() =>
  build
    .update(keys)
    .set({ lastUsedAt: argument("at") })
    .where(eq(keys.id, argument("id"))),
);

/** Keeps a new key. */
export async function insertKey(database: Database, key: KeyRow): Promise<void> {
  await database.write([insert({ ...key, revokedAt: key.revokedAt ?? null, lastUsedAt: key.lastUsedAt ?? null })]);
}

/** Lists all keys, revoked ones too, the oldest first. */
export async function listKeys(database: Database): Promise<readonly KeyRow[]> {
  return (await database.read(selectAll({}))).map(keyOf);
}

/** Revokes a key. False when there is none, or it was revoked before. */
export async function revokeKey(database: Database, id: string, at: number): Promise<boolean> {
  const [revoked] = await database.write([revoke({ id, at })]);
  return revoked?.rowsAffected === 1;
}

/** Finds a key, be it revoked or not. */
export async function findKey(database: Database, id: string): Promise<KeyRow | undefined> {
  const [row] = await database.read(selectOne({ id }));
  return row === undefined ? undefined : keyOf(row);
}

/** Tells whether a key was ever made, revoked ones included. */
export async function hasAnyKey(database: Database): Promise<boolean> {
  return (await database.read(selectAny({}))).length > 0;
}

/** Notes when a key was last used. */
export async function touchKey(database: Database, id: string, at: number): Promise<void> {
  await database.write([touch({ id, at })]);
}

function keyOf(row: Row): KeyRow {
  const { revokedAt, lastUsedAt, ...always } = keyRow.read(row);
  return {
    ...always,
    ...(revokedAt === null ? {} : { revokedAt }),
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
  };
}
