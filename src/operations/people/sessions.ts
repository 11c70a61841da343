import { defined } from "../../domain/defined.ts";
import type { Principal } from "../../domain/people/access.ts";
import type { AuditActor } from "../../domain/people/audit.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { IdentityProvider, SignedIn } from "../../net/openid/identity-provider.ts";
import { seal, unseal } from "../../store/database/seal.ts";
import { findKey, type KeyRow } from "../../store/people/keys.ts";
import {
  findKeptSession,
  findSession,
  insertSession,
  removeSession,
  renewSession,
  type Session,
} from "../../store/people/sessions.ts";
import { type AuditDeps, auditing } from "./audit.ts";
import { isHolding, refusedKey, requireKey, sessionHash } from "./check-key.ts";
import { createRemembered, type Remembering } from "./remembered.ts";

export type SessionDeps = AuditDeps & {
  readonly clock: Clock;
  /** Where the request comes from, for the audit. */
  readonly from?: Pick<AuditActor, "address" | "client" | "requestId">;
  /** Draws a random text, unguessable. */
  readonly newSecret: () => string;
  readonly secretKey: Uint8Array;
  readonly settings: { readonly sessionHours?: number };
};

/** How long a session lasts where nobody says. */
const usualHours = 12;

/** A session that has just begun. The token is told to the browser, and kept nowhere. */
export type Begun = { readonly token: string; readonly user: string; readonly expiresAt: number };

/**
 * Begins a session with a key; it ends with the key. Throws `unauthorized` for one that does not hold, and `forbidden` for that
 * of a service account.
 */
export async function signInWithKey(deps: SessionDeps, text: string): Promise<Begun> {
  const key = await requireKey(text, (id) => findKey(deps.database, id), deps.clock.now());
  if (key.isService) {
    throw new Problem(
      "forbidden",
      `Cannot sign in: found the key of the service account "${key.user}", wanted that of a person`,
    );
  }
  return begin(deps, { user: key.user, keyId: key.id }, key.expiresAt);
}

/** Words for the audit whose key could not begin a session, and why, without any secret. `why`: what the caller is told. */
export async function refusedKeyWords(
  deps: Pick<SessionDeps, "database" | "clock">,
  text: string,
  why: string,
): Promise<{ readonly who: string; readonly why: string }> {
  return { why, ...(await refusedKey(text, (id) => findKey(deps.database, id), deps.clock.now())) };
}

/** Begins a session for whom a provider of identities named; it ends when the provider's word does not hold any more. */
export async function signInByProvider(deps: SessionDeps, { identity, refresh }: SignedIn): Promise<Begun> {
  const { user, role, groups, until } = identity;
  return begin(
    deps,
    { user, role, groups, holdsUntil: until, ...defined({ refresh }) },
    refresh === undefined ? until : undefined,
  );
}

async function begin(
  deps: SessionDeps,
  {
    refresh,
    ...whose
  }: Pick<Session, "user" | "keyId" | "role" | "groups" | "holdsUntil"> & { readonly refresh?: string },
  endsAt: number | undefined,
): Promise<Begun> {
  const createdAt = deps.clock.now();
  const life = (deps.settings.sessionHours ?? usualHours) * 3_600_000;
  const expiresAt = Math.min(createdAt + life, endsAt ?? Number.POSITIVE_INFINITY);
  const token = deps.newSecret();
  const tokenHash = sessionHash(token);
  const sealedRefresh = refresh === undefined ? undefined : seal(deps.secretKey, scopeOf(tokenHash), refresh);
  const { user, role, keyId } = whose;
  const actor = { ...deps.from, user, ...defined({ role, keyId }) };
  const database = auditing(deps, actor, "sign-in", { subject: `user ${user}` });
  await insertSession(database, { tokenHash, createdAt, expiresAt, ...whose, ...defined({ sealedRefresh }) });
  return { token, user, expiresAt };
}

/** Ends a session, when there is one with this token. */
export async function signOut(
  deps: Pick<SessionDeps, "database" | "clock" | "from" | "onAudited">,
  token: string,
): Promise<void> {
  const session = await findSession(deps.database, sessionHash(token), deps.clock.now());
  if (session === undefined) return;
  const { user, keyId } = session;
  const database = auditing(deps, { ...deps.from, user, ...defined({ keyId }) }, "sign-out", {
    subject: `user ${user}`,
  });
  await removeSession(database, sessionHash(token));
}

/** Tells when the session with this token ends at the latest, in milliseconds since 1970; undefined where there is none. */
export async function sessionEnd(
  { database, clock }: Pick<SessionDeps, "database" | "clock">,
  token: string,
): Promise<number | undefined> {
  return (await findSession(database, sessionHash(token), clock.now()))?.expiresAt;
}

/** Why who holds the token of a session is not signed in any more. */
export type SessionEnd = "key-revoked" | "key-ended" | "ended";

/** Tells why the session with this token does not hold any more; undefined for a token of none that is known, and for one that holds. */
export async function whySessionEnded(
  { database, clock }: Pick<SessionDeps, "database" | "clock">,
  token: string,
): Promise<SessionEnd | undefined> {
  const session = await findKeptSession(database, sessionHash(token));
  if (session === undefined) return undefined;
  const now = clock.now();
  const key = session.keyId === undefined ? undefined : await findKey(database, session.keyId);
  if (key?.revokedAt !== undefined) return "key-revoked";
  if (key !== undefined && !isHolding(key, now)) return "key-ended";
  return session.expiresAt <= now ? "ended" : undefined;
}

function scopeOf(tokenHash: string): string {
  return `session:${tokenHash}`;
}

type ReaderDeps = Pick<SessionDeps, "database" | "clock"> & {
  readonly secretKey?: Uint8Array;
  readonly identities?: IdentityProvider;
};

/**
 * Makes the function that tells whose a session is: its key, or whom a provider named. Undefined for one that has ended, or whose
 * key does not hold any more.
 */
export function createSessionReader(
  deps: ReaderDeps,
  { remember, keyOf }: { readonly remember: Remembering; keyOf(id: string): Promise<KeyRow | undefined> },
): (token: string) => Promise<KeyRow | Principal | undefined> {
  const read = createRemembered(remember, (hash) => findSession(deps.database, hash, deps.clock.now()));
  const asking = new Map<string, Promise<Principal | undefined>>();
  return async (token) => {
    const hash = sessionHash(token);
    const session = await read(hash);
    const now = deps.clock.now();
    if (session === undefined || session.expiresAt <= now) return undefined;
    if (session.keyId !== undefined) {
      const key = await keyOf(session.keyId);
      return isHolding(key, now) ? key : undefined;
    }
    const { user, role, groups = [], holdsUntil = 0 } = session;
    if (role === undefined || deps.identities === undefined) return undefined;
    if (now < holdsUntil) return { user, role, groups };
    // One question for all requests that come meanwhile: a refresh token may be used once.
    const asked = asking.get(hash) ?? askAgain(deps, session).finally(() => asking.delete(hash));
    asking.set(hash, asked);
    return asked;
  };
}

/** Asks the provider whether a user still is one. Undefined when not: then the session has ended. */
async function askAgain(deps: ReaderDeps, session: Session): Promise<Principal | undefined> {
  const { database, identities, secretKey } = deps;
  // Another request may have asked in the meantime.
  const latest = await findSession(database, session.tokenHash, deps.clock.now());
  if (latest?.role === undefined) return undefined;
  if (deps.clock.now() < (latest.holdsUntil ?? 0)) {
    return { user: latest.user, role: latest.role, groups: latest.groups ?? [] };
  }
  const { tokenHash, sealedRefresh } = latest;
  const refreshToken = openRefresh(secretKey, tokenHash, sealedRefresh);
  const signedIn = refreshToken === undefined ? undefined : await stillKnown(identities, refreshToken);
  if (signedIn?.identity.user !== session.user) {
    await removeSession(database, tokenHash);
    return undefined;
  }
  const { identity, refresh } = signedIn;
  const { user, role, groups, until } = identity;
  const kept =
    refresh === undefined || secretKey === undefined ? sealedRefresh : seal(secretKey, scopeOf(tokenHash), refresh);
  await renewSession(database, { tokenHash, role, groups, holdsUntil: until, ...defined({ sealedRefresh: kept }) });
  return { user, role, groups };
}

/** Who has no role any more has no session either, and may sign in as somebody else. */
async function stillKnown(
  identities: IdentityProvider | undefined,
  refreshToken: string,
): Promise<SignedIn | undefined> {
  try {
    return await identities?.renew(refreshToken);
  } catch (error) {
    if (error instanceof Problem && (error.kind === "forbidden" || error.kind === "unauthorized")) return undefined;
    throw error;
  }
}

function openRefresh(key: Uint8Array | undefined, tokenHash: string, sealed: string | undefined): string | undefined {
  if (key === undefined || sealed === undefined) return undefined;
  try {
    return unseal(key, scopeOf(tokenHash), sealed);
  } catch {
    // It was sealed with a key that was exchanged since: whoever it was signs in again.
    return undefined;
  }
}
