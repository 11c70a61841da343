import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import type { IdentityProvider } from "../../net/openid/identity-provider.ts";
import { seal, unseal } from "../../store/database/seal.ts";
import { type Begun, type SessionDeps, signInByProvider } from "./sessions.ts";

export type ProviderSignInDeps = SessionDeps & {
  /** Says who people are; nobody does when absent. */
  readonly identities?: IdentityProvider;
};

const JourneySchema = v.object({
  state: v.string(),
  nonce: v.string(),
  verifier: v.string(),
  to: v.string(),
  until: v.number(),
});

/** How long somebody may take at the provider; in seconds. */
export const journeySeconds = 600;

const scope = "sign-in";

/**
 * Begins the way to the provider and back to `returnUrl`. What has to fit then is noted in a text that only this service can read,
 * for the browser to keep. Throws `not-found` without a provider, `unavailable`.
 */
export async function leaveForProvider(
  deps: ProviderSignInDeps,
  returnUrl: string,
  to: string,
): Promise<{ readonly url: string; readonly noted: string }> {
  const { url, journey } = await requireProvider(deps).leave(returnUrl);
  const until = deps.clock.now() + journeySeconds * 1000;
  return { url, noted: seal(deps.secretKey, scope, JSON.stringify({ ...journey, to, until })) };
}

/**
 * Begins a session for who comes back from the provider to `url`. Throws `unauthorized` when it says no, or what comes back does not
 * fit what was noted; `forbidden` for a user without a role, `unavailable`.
 */
export async function returnFromProvider(
  deps: ProviderSignInDeps,
  url: URL,
  noted: string | undefined,
): Promise<{ readonly begun: Begun; readonly to: string }> {
  const provider = requireProvider(deps);
  const { to, until, ...journey } = readNoted(deps, noted);
  if (until <= deps.clock.now()) throw lost("a sign-in that took too long");
  return { begun: await signInByProvider(deps, await provider.arrive(url, journey)), to };
}

function requireProvider({ identities }: ProviderSignInDeps): IdentityProvider {
  if (identities !== undefined) return identities;
  throw new Problem("not-found", "Cannot sign in by a provider: this service knows none");
}

function readNoted({ secretKey }: ProviderSignInDeps, noted: string | undefined): v.InferOutput<typeof JourneySchema> {
  if (noted === undefined) throw lost("no sign-in that this browser has begun");
  let text: string;
  try {
    text = unseal(secretKey, scope, noted);
  } catch (cause) {
    throw lost("a cookie that is not of this service", cause);
  }
  return v.parse(JourneySchema, JSON.parse(text));
}

function lost(found: string, cause?: unknown): Problem {
  const detail = `Cannot sign in: found ${found}, wanted one within ${journeySeconds / 60} minutes; please try again`;
  return new Problem("unauthorized", detail, { cause, challenge: "invalid_token" });
}
