import { defined } from "../../domain/defined.ts";
import type { Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { KeyRow } from "../../store/people/keys.ts";
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

/**
 * Words for the audit why a key as it was sent does not hold, with what names it and nothing secret; undefined where that does not
 * come from the key. The caller is told less: nobody is to learn which keys there are.
 */
export async function refusedKey(
  text: string,
  keyOf: (id: string) => Promise<KeyRow | undefined>,
  now: number,
): Promise<{ readonly who: string; readonly why?: string }> {
  const [, id] = /^\s*hdl_([A-Za-z0-9]{1,64})_/.exec(text) ?? [];
  if (id === undefined) return { who: "something that is no key" };
  const key = await keyOf(id);
  const who = `key ${id}`;
  if (key === undefined) return { who, why: "no key has this id" };
  const { user, revokedAt, expiresAt } = key;
  if (revokedAt !== undefined) return { who, why: `it is of ${user}, and was revoked on ${dayText(revokedAt)}` };
  if (!isHolding(key, now)) return { who, why: `it is of ${user}, and ended on ${dayText(expiresAt ?? now)}` };
  if (!matchesHash(secretOf(text), key.secretHash))
    return { who, why: `it is of ${user}, and its secret part is wrong` };
  return { who };
}

function secretOf(text: string): string {
  return /^\s*hdl_[A-Za-z0-9]+_([A-Za-z0-9]+)\s*$/.exec(text)?.[1] ?? "";
}

function dayText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
