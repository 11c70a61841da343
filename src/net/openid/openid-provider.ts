import * as client from "openid-client";
import { defined } from "../../domain/defined.ts";
import { type ClaimRules, readIdentity } from "../../domain/people/identity.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Gate } from "../fetch.ts";
import { createGateFetch, type GateFetch } from "../gate-fetch.ts";
import { configurationUrl } from "../remote/examine-provider.ts";
import type { Identity, IdentityProvider, SignedIn } from "./identity-provider.ts";
import { isUnreachable, reasonOf, unreachable } from "./openid-faults.ts";
import { createProviderKeys, createTokenChecker, skewSeconds, type TokenChecker } from "./openid-tokens.ts";

export type OpenIdSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a client that has none. */
  readonly clientSecret?: string;
  /** Whom tokens must be for. */
  readonly audience: string;
  /** What is asked for when somebody signs in, with blanks between. */
  readonly scopes: string;
  /** The provider may be reached by http: it runs on this machine. */
  readonly allowHttp: boolean;
  readonly deviceClientId?: string;
  readonly claims: ClaimRules;
};

type Deps = { readonly gate: Pick<Gate, "send">; readonly clock: Clock };

/** A token that was found to hold is not looked at again for so long; in milliseconds. */
const keptMilliseconds = 60_000;
/** One that the provider itself has to be asked about, for so long; in milliseconds. */
const askedMilliseconds = 15_000;
const maxKept = 1024;
/** A session of a provider that does not say how long its tokens hold; in seconds. */
const usualSeconds = 300;

/** Creates a provider of identities by OpenID Connect. It is asked for what it can when it is wanted first. */
export function createOpenIdProvider(deps: Deps, settings: OpenIdSettings): IdentityProvider {
  const { issuer, claims } = settings;
  const fetch = createGateFetch(deps.gate);
  const discovered = createDiscovery(deps, settings, fetch);
  const asked = <Value>(work: (known: Known) => Promise<Value>) =>
    whileReachable(issuer, async () => work(await discovered()));
  return {
    issuer,
    configurationUrl: configurationUrl(issuer),
    ...(settings.deviceClientId === undefined
      ? {}
      : { deviceClient: { clientId: settings.deviceClientId, scopes: settings.scopes } }),
    ofToken: createTokenReader(deps.clock, (token) =>
      asked((known) => identityOfToken(deps.clock, settings, known, token)),
    ),
    renew: (refresh) =>
      asked(async ({ config }) => {
        const tokens = await answered(() => client.refreshTokenGrant(config, refresh), issuer);
        return tokens === undefined ? undefined : signedIn(deps.clock, { config, claims, tokens, earlier: refresh });
      }),
    leave: (returnUrl) =>
      asked(async ({ config }) => {
        const verifier = client.randomPKCECodeVerifier();
        const journey = { state: client.randomState(), nonce: client.randomNonce(), verifier };
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: returnUrl,
          scope: settings.scopes,
          state: journey.state,
          nonce: journey.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          ...(/\boffline_access\b/.test(settings.scopes) ? { prompt: "consent" } : {}),
        });
        return { url: url.href, journey };
      }),
    arrive: (url, { state, nonce, verifier }) =>
      asked(async ({ config }) => {
        const checks = {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        };
        const tokens = await refusable(() => client.authorizationCodeGrant(config, url, checks));
        return signedIn(deps.clock, { config, claims, tokens });
      }),
  };
}

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
type Known = { readonly config: client.Configuration; readonly check: TokenChecker };

/** A provider that could not be asked is left alone for so long; in milliseconds. */
const restMilliseconds = 5000;

/** Finds out once how a provider is asked; what failed is tried again after a rest. */
function createDiscovery(deps: Deps, settings: OpenIdSettings, fetch: GateFetch): () => Promise<Known> {
  let known: { readonly answer: Promise<Known>; until: number } | undefined;
  return () => {
    if (known !== undefined && deps.clock.elapsed() < known.until) return known.answer;
    const one = { answer: discover(deps, settings, fetch), until: Number.POSITIVE_INFINITY };
    known = one;
    one.answer.catch(() => {
      // Whoever asked is told of it.
      one.until = deps.clock.elapsed() + restMilliseconds;
    });
    return one.answer;
  };
}

async function discover({ clock }: Deps, settings: OpenIdSettings, fetch: GateFetch): Promise<Known> {
  const { issuer, clientId, clientSecret, audience, allowHttp } = settings;
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
  const metadata = { [client.clockTolerance]: skewSeconds };
  const config = await client.discovery(new URL(issuer), clientId, metadata, authentication, {
    [client.customFetch]: fetch,
    execute: allowHttp ? [client.allowInsecureRequests] : [],
    timeout: 10,
  });
  const { jwks_uri: keysUrl, issuer: ownName } = config.serverMetadata();
  if (keysUrl === undefined)
    throw new Problem("remote-failure", `Cannot use the provider "${issuer}": found no jwks_uri`);
  const check = createTokenChecker({ issuer: ownName, audience, clock }, createProviderKeys(keysUrl, { fetch, clock }));
  return { config, check };
}

async function whileReachable<Value>(issuer: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw isUnreachable(error) ? unreachable(issuer, error) : error;
  }
}

/** Words what a provider refuses, and what does not fit what was noted, for the person who signs in. */
async function refusable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (isUnreachable(cause)) throw cause;
    const said =
      cause instanceof client.ResponseBodyError || cause instanceof client.AuthorizationResponseError
        ? `"${cause.error}"`
        : reasonOf(cause);
    throw new Problem("unauthorized", `Cannot sign in: found ${said} from the provider, wanted its consent`, {
      cause,
      challenge: "invalid_token",
    });
  }
}

/** Asks the provider; undefined when it refuses what was asked. That it does not take our secret is no word on a user. */
async function answered<Value>(ask: () => Promise<Value>, issuer: string): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    const isRefused =
      error instanceof client.ResponseBodyError || error instanceof client.WWWAuthenticateChallengeError;
    if (!isRefused || error.status >= 500) throw error;
    if (error.status !== 401 && error.status !== 429) return undefined;
    throw unreachable(issuer, error);
  }
}

type Granted = {
  readonly config: client.Configuration;
  readonly claims: ClaimRules;
  readonly tokens: Tokens;
  /** The refresh token that these were got with, which stays where there is no newer one. */
  readonly earlier?: string;
};

/** Asks the provider for claims that the ID token lacks. Throws `unauthorized`, naming them, when it does not tell more. */
async function askMore(
  config: client.Configuration,
  token: string,
  subject: string | typeof client.skipSubjectCheck,
  lacking: readonly string[],
) {
  const names = lacking.map((name) => `"${name}"`).join(", ");
  try {
    return await client.fetchUserInfo(config, token, subject);
  } catch (cause) {
    if (isUnreachable(cause)) throw cause;
    const found = `no claim ${names} in the ID token, and no more from the provider's userinfo (${reasonOf(cause)})`;
    throw new Problem(
      "unauthorized",
      `Cannot sign in: found ${found}, wanted the claim in one of them (ask the operator)`,
      {
        cause,
        challenge: "invalid_token",
      },
    );
  }
}

/** Reads who has signed in: from the ID token, and where it says nothing of groups, from what the provider tells besides. */
async function signedIn(clock: Clock, { config, claims, tokens, earlier }: Granted): Promise<SignedIn> {
  const told = tokens.claims();
  const subject = told?.sub ?? client.skipSubjectCheck;
  const lacking = [claims.userClaim, rootOf(claims.groupsClaim)].filter(
    (name) => told === undefined || !(name in told),
  );
  const canAsk = config.serverMetadata().userinfo_endpoint !== undefined;
  const more = lacking.length === 0 || !canAsk ? {} : await askMore(config, tokens.access_token, subject, lacking);
  const seconds = tokens.expiresIn() ?? usualSeconds;
  const identity = { ...readIdentity(claims, { ...more, ...told }), until: clock.now() + seconds * 1000 };
  return { identity, ...defined({ refresh: tokens.refresh_token ?? earlier }) };
}

function rootOf(claim: string): string {
  return claim.split(".")[0] ?? claim;
}

async function identityOfToken(
  clock: Clock,
  settings: OpenIdSettings,
  { config, check }: Known,
  token: string,
): Promise<Identity & { readonly keptUntil: number }> {
  const now = clock.now();
  if (isSigned(token)) {
    const claims = await check(token);
    const until = (Number(claims.exp) + skewSeconds) * 1000;
    return { ...readIdentity(settings.claims, claims), until, keptUntil: Math.min(until, now + keptMilliseconds) };
  }
  const claims = await introspected(settings, config, token);
  const until = claims.exp === undefined ? now + askedMilliseconds : claims.exp * 1000;
  return { ...readIdentity(settings.claims, claims), until, keptUntil: Math.min(until, now + askedMilliseconds) };
}

function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** Asks the provider whose a token is that says nothing itself (RFC 7662). */
async function introspected(settings: OpenIdSettings, config: client.Configuration, token: string) {
  const refuse = (found: string) =>
    new Problem(
      "unauthorized",
      `Cannot sign in: found ${found}, wanted a key (hdl_...) or a token of "${settings.issuer}" for "${settings.audience}"`,
      {
        challenge: "invalid_token",
      },
    );
  const canAsk = config.serverMetadata().introspection_endpoint !== undefined && settings.clientSecret !== undefined;
  if (!canAsk || token.length > 4096 || !/^[\x21-\x7e]+$/.test(token)) throw refuse("a token that is neither");
  const told = await answered(() => client.tokenIntrospection(config, token), settings.issuer);
  if (told?.active !== true) throw refuse("a token that does not hold");
  const audiences = [told.aud ?? []].flat();
  const clients = [settings.clientId, settings.deviceClientId].filter((one) => one !== undefined);
  const isForUs =
    audiences.includes(settings.audience) || (audiences.length === 0 && clients.includes(told.client_id ?? ""));
  if (!isForUs || (told.iss !== undefined && told.iss !== config.serverMetadata().issuer))
    throw refuse("a token for another service");
  return told;
}

/** Remembers for a short time whose a token is, and that it is nobody's, so that neither costs a question for each request. */
function createTokenReader(
  clock: Clock,
  read: (token: string) => Promise<Identity & { readonly keptUntil: number }>,
): (token: string) => Promise<Identity> {
  const known = new Map<string, { readonly until: number; readonly answer: Promise<Identity> }>();
  const keep = (digest: string, until: number, answer: Promise<Identity>) => {
    if (known.size >= maxKept) known.clear();
    known.set(digest, { until, answer });
  };
  return async (token) => {
    const digest = new Bun.CryptoHasher("sha256").update(token).digest("hex");
    const kept = known.get(digest);
    if (kept !== undefined && clock.now() < kept.until) return kept.answer;
    const answer = read(token);
    // Those who come meanwhile wait for the same answer.
    keep(digest, clock.now() + askedMilliseconds, answer);
    try {
      const { keptUntil, ...identity } = await answer;
      keep(digest, keptUntil, Promise.resolve(identity));
      return identity;
    } catch (error) {
      // What nobody could tell is asked again, and a signature may be of a key that is read a moment later.
      const isTold = error instanceof Problem && error.kind !== "unavailable" && !isSigned(token);
      if (!isTold) known.delete(digest);
      throw error;
    }
  };
}
