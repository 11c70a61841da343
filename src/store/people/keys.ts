import { and, asc, type Column, eq, gt, isNotNull, isNull, notExists, or } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Action, Role } from "../../domain/people/access.ts";
import type { Database } from "../database/database.ts";
import { argument, argumentsOf, build, compile } from "../database/statements.ts";
import { keys } from "../schema/keys.ts";
import { processes } from "../schema/processes.ts";

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
  /** From then on it is refused. */
  readonly expiresAt?: number;
  readonly label?: string;
  /** All that it may, of what its role may; everything when absent. */
  readonly actions?: readonly Action[];
  /** Patterns of the processes that it is for; all when absent. */
  readonly processes?: readonly string[];
  /** Its owner is a program. */
  readonly isService: boolean;
};

const insert = compile<Record<keyof typeof keys.$inferSelect, string | number | null>>()(() =>
  build.insert(keys).values(argumentsOf(keys)),
);
const selectAll = compile()(() => build.select().from(keys).orderBy(asc(keys.createdAt), asc(keys.id)));
const selectOne = compile<{ id: string }>()(() =>
  build
    .select()
    .from(keys)
    .where(eq(keys.id, argument("id"))),
);
const selectAny = compile()(() => build.select({ id: keys.id }).from(keys).limit(1));
const revoke = compile<{ id: string; at: number }>()(() =>
  build
    .update(keys)
    .set({ revokedAt: argument("at") })
    .where(and(eq(keys.id, argument("id")), isNull(keys.revokedAt))),
);
const held = alias(keys, "held");
const holds = ({ revokedAt, expiresAt }: Record<"revokedAt" | "expiresAt", Column>) =>
  and(isNull(revokedAt), or(isNull(expiresAt), gt(expiresAt, argument("at"))));
const disown = compile<{ id: string; at: number }>()(() => {
  const userOf = build
    .select({ user: keys.user })
    .from(keys)
    .where(and(eq(keys.id, argument("id")), isNotNull(keys.revokedAt)));
  const stillHolds = build
    .select({ id: held.id })
    .from(held)
    .where(and(eq(held.user, processes.owner), holds(held)));
  return build
    .update(processes)
    .set({ owner: null })
    .where(and(eq(processes.owner, userOf), notExists(stillHolds)));
});
const selectHolding = compile<{ user: string; at: number }>()(() =>
  build
    .select({ id: keys.id })
    .from(keys)
    .where(and(eq(keys.user, argument("user")), holds(keys)))
    .limit(1),
);
const touch = compile<{ id: string; at: number }>()(() =>
  build
    .update(keys)
    .set({ lastUsedAt: argument("at") })
    .where(eq(keys.id, argument("id"))),
);

/** Keeps a new key. */
export async function insertKey(database: Database, key: KeyRow): Promise<void> {
  const { revokedAt = null, lastUsedAt = null, expiresAt = null, label = null } = key;
  const [actions, processIds] = [key.actions, key.processes].map((one) =>
    one === undefined ? null : JSON.stringify(one),
  );
  const isService = Number(key.isService);
  const lists = { actions: actions ?? null, processes: processIds ?? null };
  await database.write([insert({ ...key, ...lists, revokedAt, lastUsedAt, expiresAt, label, isService })]);
}

/** Lists all keys, revoked ones too, the oldest first. */
export async function listKeys(database: Database): Promise<readonly KeyRow[]> {
  return database.read(selectAll({}));
}

/**
 * Revokes a key. False when there is none, or it was revoked before. The processes of a user who has no other key that
 * holds are the admins' from then on.
 */
export async function revokeKey(database: Database, id: string, at: number): Promise<boolean> {
  const [revoked] = await database.write([revoke({ id, at }), disown({ id, at })]);
  return revoked?.rowsAffected === 1;
}

/** Finds a key, be it revoked or not. */
export async function findKey(database: Database, id: string): Promise<KeyRow | undefined> {
  return (await database.read(selectOne({ id })))[0];
}

/** Tells whether a key was ever made, revoked ones included. */
export async function hasAnyKey(database: Database): Promise<boolean> {
  return (await database.read(selectAny({}))).length > 0;
}

/** Tells whether a user has a key that holds. */
export async function hasHoldingKey(database: Database, user: string, at: number): Promise<boolean> {
  return (await database.read(selectHolding({ user, at }))).length > 0;
}

/** Notes when a key was last used. */
export async function touchKey(database: Database, id: string, at: number): Promise<void> {
  await database.write([touch({ id, at })]);
}
