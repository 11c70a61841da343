import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { GateFetch } from "../gate-fetch.ts";
import { isUnreachable } from "./openid-faults.ts";

/** How tokens may be signed: by a key whose other half the provider keeps to itself. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** How far the clocks of provider and service may be apart; in seconds. */
export const skewSeconds = 60;

/** A key that is not known is asked for at most once in this time, whatever tokens come; in milliseconds. */
const cooldownDuration = 5000;
/** Keys are read anew after this time; in milliseconds. */
const cacheMaxAge = 600_000;
/** A provider that could not be asked for its keys is left alone for so long; in milliseconds. */
const restMilliseconds = 5000;

export type TokenCheck = {
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
};

/** Checks a token that is signed, and gives its claims. Throws `unauthorized`, `unavailable`. */
export type TokenChecker = (token: string) => Promise<Readonly<Record<string, unknown>>>;

/** Makes the check of signed tokens (RFC 9068, RFC 7519) against the keys that a provider publishes. */
export function createTokenChecker({ issuer, audience, clock }: TokenCheck, keys: JWTVerifyGetKey): TokenChecker {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: skewSeconds,
        requiredClaims: ["exp"],
        currentDate: new Date(clock.now()),
      });
      // One that says who signed in is for the client that asked, and opens nothing.
      if (payload.nonce !== undefined || payload.typ === "ID" || payload.typ === "Refresh") {
        throw new errors.JWTInvalid("found an ID token, wanted an access token");
      }
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || isUnreachable(error)) throw error;
      const detail = `Cannot sign in: found a token that does not hold (${error.message}), wanted one of "${issuer}" for "${audience}"`;
      throw new Problem("unauthorized", detail, { cause: error, challenge: "invalid_token" });
    }
  };
}

/**
 * Makes the keys of a provider, which are read when they are wanted. While it cannot be asked, the keys that are known stay
 * valid; what needs another key throws as the gate does.
 */
export function createProviderKeys(
  url: string,
  { fetch, clock }: { readonly fetch: GateFetch; readonly clock: Clock },
): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { cooldownDuration, cacheMaxAge, [customFetch]: fetch });
  let rest: { readonly until: number; readonly cause: unknown } | undefined;
  const knownOr = async (cause: unknown, parts: Parameters<JWTVerifyGetKey>) => {
    const known = remote.jwks();
    if (known === undefined) throw cause;
    try {
      return await createLocalJWKSet(known)(...parts);
    } catch (error) {
      // Nobody can say whether the provider has this key by now.
      throw error instanceof errors.JWKSNoMatchingKey ? cause : error;
    }
  };
  return async (...parts) => {
    if (rest !== undefined && clock.elapsed() < rest.until) return knownOr(rest.cause, parts);
    rest = undefined;
    try {
      return await remote(...parts);
    } catch (cause) {
      if (!isUnreachable(cause)) throw cause;
      rest = { until: clock.elapsed() + restMilliseconds, cause };
      return knownOr(cause, parts);
    }
  };
}
