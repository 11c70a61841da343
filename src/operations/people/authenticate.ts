import type { Logger } from "../../domain/logger.ts";
import type { Principal, Role } from "../../domain/people/access.ts";
import type { Rights } from "../../domain/people/rights.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { IdentityProvider } from "../../net/openid/identity-provider.ts";
import type { Database } from "../../store/database/database.ts";
import { findKey, hasAnyKey, type KeyRow, touchKey } from "../../store/people/keys.ts";
import { createGroupNotes } from "../jobs/group-jobs.ts";
import { principalOfKey, requireKey } from "./check-key.ts";
import { createRemembered } from "./remembered.ts";
import { createSessionReader } from "./sessions.ts";

/** What a request brings along that says who sends it. */
export type Credentials = {
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** The token of a browser's session, from its cookie. It only counts without the header. */
  readonly session?: string;
};

/** Who a request comes from; `stranger` when it names no key where one is needed. */
export type Caller =
  | { readonly kind: "known"; readonly principal: Principal; readonly hasSession?: boolean }
  | { readonly kind: "stranger" };

/**
 * Resolves what a request brings along. Throws `unauthorized` for a header that is no valid key or token: a wrong key is never
 * taken for no key. A session that has ended is no session. Throws `unavailable` while nobody can tell whether a token holds.
 */
export type Authenticator = (credentials: Credentials) => Promise<Caller>;

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
  /** Says who has a token that is no key; nobody when absent. */
  readonly identities?: IdentityProvider;
  /** What the operator says of single processes: all callers are held to it. */
  readonly rights?: Rights;
  /** Opens what sessions keep to ask the provider again. */
  readonly secretKey?: Uint8Array;
};

/** A new or revoked key is honoured within this time, and what watches its holder has half a second more; in milliseconds. */
const freshMilliseconds = 500;
/** The use of a key is written down at most once in this time. */
const touchMilliseconds = 60_000;
/** Keys that are remembered at once. */
const maxRemembered = 1024;

/** Creates the authenticator of a server. What it reads is remembered for at most a second. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const remember = { elapsed: deps.clock.elapsed, milliseconds: freshMilliseconds, maxRemembered };
  const keyOf = createRemembered(remember, async (id) => {
    const key = await findKey(deps.database, id);
    if (key !== undefined) deps.onKey?.();
    return key;
  });
  const touch = createTouch(deps);
  const sessionOf = createSessionReader(deps, { remember, keyOf });
  const signInIsOn = createSignInState(deps);

  const callerOf: Authenticator = async ({ authorization, session }) => {
    if (authorization !== undefined) {
      const token = tokenOf(authorization, deps.identities !== undefined);
      if (deps.identities !== undefined && !token.startsWith("hdl_")) {
        const { user, role, groups } = await deps.identities.ofToken(token);
        return { kind: "known", principal: { user, role, groups } };
      }
      const key = await requireKey(token, keyOf, deps.clock.now());
      touch(key);
      return { kind: "known", principal: principalOfKey(key) };
    }
    const signedIn = session === undefined ? undefined : await sessionOf(session);
    if (signedIn !== undefined) {
      if ("id" in signedIn) touch(signedIn);
      const principal = "id" in signedIn ? principalOfKey(signedIn) : signedIn;
      return { kind: "known", principal, hasSession: true };
    }
    if (deps.allowAnonymous !== undefined) return { kind: "known", principal: { role: deps.allowAnonymous } };
    const isOpen = deps.isLocalOnly && deps.identities === undefined && !(await signInIsOn());
    return isOpen ? { kind: "known", principal: { role: "admin" } } : { kind: "stranger" };
  };
  const { rights } = deps;
  if (rights === undefined) return callerOf;
  const noteGroups = createGroupNotes(deps);
  return async (credentials) => {
    const caller = await callerOf(credentials);
    if (caller.kind === "known") noteGroups(caller.principal);
    return caller.kind === "known" ? { ...caller, principal: { ...caller.principal, rights } } : caller;
  };
}

/** Nobody waits for it: no request costs a write. */
function createTouch(deps: AuthenticatorDeps): (key: KeyRow) => void {
  const touched = new Map<string, number>();
  return ({ id, lastUsedAt }) => {
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
}

/** Once a key was made, sign-in stays on. */
function createSignInState(deps: AuthenticatorDeps): () => Promise<boolean> {
  let state = { isOn: false, until: Number.NEGATIVE_INFINITY };
  return async () => {
    const now = deps.clock.elapsed();
    if (state.isOn || now < state.until) return state.isOn;
    state = { isOn: await hasAnyKey(deps.database), until: now + freshMilliseconds };
    if (state.isOn) deps.onKey?.();
    return state.isOn;
  };
}

/** Reads the token of `Authorization: Bearer`. Another way to sign in is as none at all (RFC 6750 3.1). */
function tokenOf(authorization: string, hasProvider: boolean): string {
  const [, scheme = "", token = ""] = /^(\S+) *(.*?) *$/.exec(authorization) ?? [];
  if (/^bearer$/i.test(scheme)) return token;
  const wanted = hasProvider
    ? "Authorization: Bearer with a key (hdl_...) or a token"
    : "Authorization: Bearer hdl_...";
  throw new Problem("unauthorized", `Cannot sign in: found no valid key, wanted ${wanted}`);
}
