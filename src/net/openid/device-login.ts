import * as client from "openid-client";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { isUnreachable, reasonOf, unreachable } from "./openid-faults.ts";

/** Where a program on a person's machine signs in. */
export type LoginPlace = { readonly issuer: string; readonly clientId: string };

/** The tokens of a person. */
export type Tokens = {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

type Now = () => number;

/** What a provider that does not say how long its tokens hold is taken to mean; in seconds. */
const usualSeconds = 300;

/**
 * Signs a person in by a code that is typed in at the provider, in a browser anywhere (RFC 8628). `tell` says where and which. Throws
 * `unauthorized` when the provider refuses, `unavailable` when it cannot be asked.
 */
export async function loginByDevice(
  place: LoginPlace & { readonly scopes: string },
  tell: (told: { readonly url: string; readonly code: string }) => void,
  { now, signal }: { readonly now: Now; readonly signal: AbortSignal },
): Promise<Tokens> {
  return worded(
    place,
    async () => {
      const config = await discover(place);
      const asked = await client.initiateDeviceAuthorization(config, { scope: place.scopes });
      tell({ url: asked.verification_uri_complete ?? asked.verification_uri, code: asked.user_code });
      return tokensOf(await client.pollDeviceAuthorizationGrant(config, asked, undefined, { signal }), now);
    },
    signal,
  );
}

/** Gets new tokens for those that have ended. Throws as `loginByDevice` does. */
export async function refreshLogin(place: LoginPlace, refreshToken: string, now: Now): Promise<Tokens> {
  return worded(place, async () => {
    const tokens = tokensOf(await client.refreshTokenGrant(await discover(place), refreshToken), now);
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  });
}

async function discover({ issuer, clientId }: LoginPlace): Promise<client.Configuration> {
  const { protocol, hostname } = new URL(issuer);
  const isLocal = protocol === "http:" && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  const execute = isLocal ? [client.allowInsecureRequests] : [];
  return client.discovery(new URL(issuer), clientId, undefined, client.None(), { execute, timeout: 15 });
}

function tokensOf(answer: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers, now: Now): Tokens {
  const expiresAt = now() + (answer.expiresIn() ?? usualSeconds) * 1000;
  return { accessToken: answer.access_token, expiresAt, ...defined({ refreshToken: answer.refresh_token }) };
}

async function worded<Value>({ issuer }: LoginPlace, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    // Who stops waits no longer: the provider refused nothing.
    signal?.throwIfAborted();
    if (isUnreachable(cause) || cause instanceof TypeError) throw unreachable(issuer, cause);
    const said = cause instanceof client.ResponseBodyError ? `"${cause.error}"` : reasonOf(cause);
    throw new Problem("unauthorized", `Cannot sign in: found ${said} from "${issuer}", wanted its consent`, { cause });
  }
}
