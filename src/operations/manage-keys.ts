import { type Principal, type Role, roles } from "../domain/access.ts";
import { type AuditActor, localOperator } from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import { readExpiry } from "../domain/key-expiry.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import type { Database } from "../store/database.ts";
import {
  findKey,
  hasAnyKey,
  insertKey,
  type KeyRow,
  listKeys,
  revokeKey as markRevoked,
  touchKey,
} from "../store/keys.ts";
import { type AuditDeps, auditing } from "./audit.ts";
import { hashSecret, matchesHash } from "./secrets.ts";

export type KeyDeps = AuditDeps & {
  readonly database: Database;
  readonly clock: Clock;
  /** Draws a random text that can stand in a key: letters and digits, unguessable. */
  readonly newSecret: () => string;
  /** Who the audit says it was; some operator when absent. */
  readonly actor?: AuditActor;
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
  const key = { id: deps.newSecret().slice(0, 12), createdAt, ...read };
  const database = auditing(deps, deps.actor ?? localOperator, "create-key", { subject: key.id });
  await insertKey(database, { ...key, secretHash: hashSecret(secret) });
  return { key, text: `hdl_${key.id}_${secret}` };
}

/** Lists all keys, revoked ones too, without anything that could be used. */
export async function readKeys(deps: Pick<KeyDeps, "database">): Promise<readonly KeySummary[]> {
  const keys = await listKeys(deps.database);
  return keys.map(({ secretHash: _hash, ...summary }) => summary);
}

/** Revokes a key. Throws `not-found` when there is none with this id that still holds. */
export async function revokeKey(deps: Omit<KeyDeps, "newSecret">, id: string): Promise<void> {
  const database = auditing(deps, deps.actor ?? localOperator, "revoke-key", { subject: id });
  if (await markRevoked(database, id, deps.clock.now())) return;
  throw new Problem("not-found", `Cannot revoke key "${id}": found none, wanted the id of a key that is not revoked`);
}

/** Who a request comes from; `stranger` when it names no key where one is needed. */
export type Caller = { readonly kind: "known"; readonly principal: Principal } | { readonly kind: "stranger" };

/**
 * Resolves an `Authorization` header. Throws `unauthorized` for a header that is no valid key: a wrong key is never
 * taken for no key.
 */
export type Authenticator = (authorization: string | undefined) => Promise<Caller>;

export type AuthenticatorDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** The role of callers without a key, when they are allowed. */
  readonly allowAnonymous: Role | undefined;
  /** Only this machine can reach the service: until a first key is made everyone is admin. */
  readonly isLocalOnly: boolean;
  /** Told when the use of a key cannot be written down. */
  readonly logger?: Pick<Logger, "warn">;
  /** Called when a key is known to exist. */
  readonly onKey?: () => void;
};

/** A new or revoked key is honoured within this time, and what watches its holder has half a second more; in milliseconds. */
const freshMilliseconds = 500;
/** The use of a key is written down at most once in this time. */
const touchMilliseconds = 60_000;
/** Keys that are remembered at once. */
const maxRemembered = 1024;

type Remembered<Value> = { readonly value: Value; readonly until: number };

/** Creates the authenticator of a server. What it reads is remembered for at most a second. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const keys = new Map<string, Remembered<KeyRow | undefined>>();
  let isSignInOn: Remembered<boolean> = { value: false, until: Number.NEGATIVE_INFINITY };

  const keyOf = async (id: string): Promise<KeyRow | undefined> => {
    const now = deps.clock.elapsed();
    const known = keys.get(id);
    if (known !== undefined && now < known.until) return known.value;
    const value = await findKey(deps.database, id);
    if (value !== undefined) deps.onKey?.();
    if (keys.size >= maxRemembered) keys.clear();
    keys.set(id, { value, until: now + freshMilliseconds });
    return value;
  };
  const touched = new Map<string, number>();
  // Nobody waits for it: no request costs a write.
  const touch = ({ id, lastUsedAt }: KeyRow): void => {
    const now = deps.clock.now();
    const last = touched.get(id) ?? lastUsedAt;
    // A clock that was set back must not keep it from being written for long.
    if (last !== undefined && Math.abs(now - last) < touchMilliseconds) return;
    if (touched.size >= maxRemembered) touched.clear();
    touched.set(id, now);
    touchKey(deps.database, id, now).catch((error: unknown) =>
      deps.logger?.warn("Cannot store when a key was used", { key: id, error }),
    );
  };
  const signInIsOn = async (): Promise<boolean> => {
    const now = deps.clock.elapsed();
    // Once a key was made, sign-in stays on.
    if (isSignInOn.value || now < isSignInOn.until) return isSignInOn.value;
    isSignInOn = { value: await hasAnyKey(deps.database), until: now + freshMilliseconds };
    if (isSignInOn.value) deps.onKey?.();
    return isSignInOn.value;
  };

  return async (authorization) => {
    if (authorization !== undefined) {
      const key = await requireKey(authorization, keyOf, deps.clock.now());
      touch(key);
      return { kind: "known", principal: { user: key.user, role: key.role } };
    }
    if (deps.allowAnonymous !== undefined) return { kind: "known", principal: { role: deps.allowAnonymous } };
    if (deps.isLocalOnly && !(await signInIsOn())) return { kind: "known", principal: { role: "admin" } };
    return { kind: "stranger" };
  };
}

async function requireKey(
  authorization: string,
  keyOf: (id: string) => Promise<KeyRow | undefined>,
  now: number,
): Promise<KeyRow> {
  const [, id = "", secret = ""] = /^Bearer +hdl_([A-Za-z0-9]+)_([A-Za-z0-9]+) *$/i.exec(authorization) ?? [];
  const key = id === "" ? undefined : await keyOf(id);
  const holds = key !== undefined && key.revokedAt === undefined && now < (key.expiresAt ?? Number.POSITIVE_INFINITY);
  if (key === undefined || !holds || !matchesHash(secret, key.secretHash)) {
    throw new Problem("unauthorized", "Cannot sign in: found no valid key, wanted Authorization: Bearer hdl_...");
  }
  return key;
}
