import type { Principal } from "../domain/access.ts";
import { defined } from "../domain/defined.ts";
import { Problem } from "../domain/problem.ts";
import type { KeyRow } from "../store/keys.ts";
import { hashSecret, matchesHash } from "./secrets.ts";

/** Returns who the owner of a key is, with what the key is for. */
export function principalOfKey({ id: keyId, user, role, actions, processes }: KeyRow): Principal {
  if (actions === undefined && processes === undefined) return { user, role, keyId };
  return { user, role, keyId, scope: defined({ actions, processes }) };
}

/** Tells whether a key holds. */
export function isHolding(key: KeyRow | undefined, now: number): key is KeyRow {
  return key !== undefined && key.revokedAt === undefined && now < (key.expiresAt ?? Number.POSITIVE_INFINITY);
}

/** Checks a key as it was sent, `hdl_<id>_<secret>`. Throws `unauthorized` unless it holds. */
export async function requireKey(
  text: string,
  keyOf: (id: string) => Promise<KeyRow | undefined>,
  now: number,
): Promise<KeyRow> {
  const [, id = "", secret = ""] = /^hdl_([A-Za-z0-9]+)_([A-Za-z0-9]+)$/.exec(text) ?? [];
  const key = id === "" ? undefined : await keyOf(id);
  if (isHolding(key, now) && matchesHash(secret, key.secretHash)) return key;
  const detail = "Cannot sign in: found no valid key, wanted Authorization: Bearer hdl_...";
  throw new Problem("unauthorized", detail, { challenge: "invalid_token" });
}

/** Names a session in memory and in the database: its token is kept nowhere. */
export function sessionHash(token: string): string {
  return hashSecret(token);
}
