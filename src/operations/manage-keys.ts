import { type Role, roles } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import { readExpiry } from "../domain/key-expiry.ts";
import { Problem } from "../domain/problem.ts";
import type { Database } from "../store/database.ts";
import { insertKey, type KeyRow, listKeys, revokeKey as markRevoked } from "../store/keys.ts";
import { hashSecret } from "./secrets.ts";

export type KeyDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** Draws a random text that can stand in a key: letters and digits, unguessable. */
  readonly newSecret: () => string;
};

/** A key as it is shown in lists. */
export type KeySummary = Omit<KeyRow, "secretHash">;

/** A key that is to be made. */
export type WantedKey = { readonly user: string; readonly role: string; readonly expires?: string };

/** Checks what a key is to be, before anything is made for it. Throws `invalid-parameter-value` for a role, user or end that cannot be. */
export function readWantedKey(
  wanted: WantedKey,
  now: number,
): { readonly user: string; readonly role: Role; readonly expiresAt?: number } {
  const role = roles.find((one) => one === wanted.role);
  if (role === undefined) {
    const detail = `Cannot create key: found role "${wanted.role}", wanted one of ${roles.join(", ")}`;
    throw new Problem("invalid-parameter-value", detail);
  }
  if (!/^[^\p{C}\s][^\p{C}]{0,127}$/u.test(wanted.user)) {
    const shown = JSON.stringify(wanted.user.slice(0, 200));
    const detail = `Cannot create key: found user ${shown}, wanted 1 to 128 characters that can be printed`;
    throw new Problem("invalid-parameter-value", detail);
  }
  const expiresAt = wanted.expires === undefined ? undefined : readExpiry(wanted.expires, now);
  if (wanted.expires !== undefined && expiresAt === undefined) {
    const detail = `Cannot create key: found --expires "${wanted.expires}", wanted a time in the future: 90s, 30m, 12h, 30d, 52w, 2027-01-31 or 2027-01-31T12:00:00Z`;
    throw new Problem("invalid-parameter-value", detail);
  }
  return { user: wanted.user, role, ...defined({ expiresAt }) };
}

/**
 * Creates a key for a user. `text` is the whole key, `hdl_<id>_<secret>`: it is given here only, a hash is kept.
 * Throws `invalid-parameter-value` for a role, user or end that cannot be.
 */
export async function createKey(
  deps: KeyDeps,
  wanted: WantedKey,
): Promise<{ readonly key: KeySummary; readonly text: string }> {
  const createdAt = deps.clock.now();
  const read = readWantedKey(wanted, createdAt);
  const secret = deps.newSecret();
  const key = { id: deps.newSecret().slice(0, 12), createdAt, isService: false, ...read };
  await insertKey(deps.database, { ...key, secretHash: hashSecret(secret) });
  return { key, text: `hdl_${key.id}_${secret}` };
}

/** Lists all keys, revoked ones too, without anything that could be used. */
export async function readKeys(deps: Pick<KeyDeps, "database">): Promise<readonly KeySummary[]> {
  const keys = await listKeys(deps.database);
  return keys.map(({ secretHash: _hash, ...summary }) => summary);
}

/** Revokes a key. Throws `not-found` when there is none with this id that still holds. */
export async function revokeKey(deps: Pick<KeyDeps, "database" | "clock">, id: string): Promise<void> {
  if (await markRevoked(deps.database, id, deps.clock.now())) return;
  throw new Problem("not-found", `Cannot revoke key "${id}": found none, wanted the id of a key that is not revoked`);
}
