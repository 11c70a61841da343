import * as v from "valibot";
import type { Clock } from "../../domain/waiting/clock.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import type { Gate } from "../fetch.ts";
import { createGateFetch } from "../gate-fetch.ts";
import { reasonOf } from "../openid/openid-faults.ts";
import { skewSeconds } from "../openid/openid-tokens.ts";

type Deps = { readonly gate: Pick<Gate, "send">; readonly clock: Pick<Clock, "now"> };

const text = v.optional(v.string());
const DocumentSchema = v.looseObject({
  issuer: text,
  authorization_endpoint: text,
  token_endpoint: text,
  jwks_uri: text,
  code_challenge_methods_supported: v.optional(v.array(v.string())),
});

const wantedAddresses = ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const;
/** Whoever waits at a command line waits no longer. */
const limitMilliseconds = 10_000;

/** Returns where a provider says what it can (OpenID Connect Discovery 4). */
export function configurationUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/**
 * Asks a provider of identities what it can, and lists in a sentence each why nobody could sign in by it: it cannot be reached, it
 * calls itself otherwise, it lacks an address or PKCE, or its clock differs.
 */
export async function providerFaults({ gate, clock }: Deps, issuer: string): Promise<readonly string[]> {
  const url = configurationUrl(issuer);
  const wrong = (found: string, wanted: string) => `Cannot use --oidc-issuer: found ${found}, wanted ${wanted}`;
  let answer: Response;
  try {
    answer = await createGateFetch(gate)(url, {
      headers: { accept: "application/json" },
      signal: timeLimit(limitMilliseconds),
    });
  } catch (error) {
    return [wrong(`no answer of ${url} (${reasonOf(error)})`, "a provider that this machine can reach")];
  }
  if (answer.status !== 200) return [wrong(`status ${answer.status} at ${url}`, "the document of the provider")];
  const read = v.safeParse(DocumentSchema, parsed(await answer.text()));
  if (!read.success) return [wrong(`something else at ${url}`, "the document of the provider, in JSON")];
  const { issuer: ownName = "", code_challenge_methods_supported: methods = [], ...addresses } = read.output;
  const missing = wantedAddresses.filter((name) => addresses[name] === undefined);
  const aheadSeconds = secondsAhead(answer.headers.get("date"), clock.now());
  return [
    ...(ownName === issuer ? [] : [wrong(`"${issuer}"`, `"${ownName}", as the provider calls itself`)]),
    ...missing.map((name) => wrong(`no ${name} in ${url}`, "one: the provider cannot be used without")),
    ...(methods.includes("S256")
      ? []
      : [wrong(`no PKCE with S256 in ${url}`, "code_challenge_methods_supported with S256: switch it on there")]),
    ...(Math.abs(aheadSeconds) <= skewSeconds
      ? []
      : [
          wrong(
            `a clock of the provider that is ${Math.abs(aheadSeconds)} seconds ${aheadSeconds > 0 ? "ahead" : "behind"}`,
            `at most ${skewSeconds} seconds: set the clock of this machine, or of the provider`,
          ),
        ]),
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** How far the clock of an answer is ahead of ours; 0 when it does not tell. */
function secondsAhead(date: string | null, now: number): number {
  const at = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? 0 : Math.round((at - now) / 1000);
}
