import type { Role } from "../../domain/people/access.ts";

/** Who somebody is, by the word of a provider of identities. */
export type Identity = {
  readonly user: string;
  readonly role: Role;
  readonly groups: readonly string[];
  /** Until when the word holds: milliseconds since 1970. */
  readonly until: number;
};

/** Somebody who has signed in at the provider. */
export type SignedIn = {
  readonly identity: Identity;
  /** What the provider is asked again with. */
  readonly refresh?: string;
};

/** What is noted while a browser is away at the provider: what comes back must fit it. */
export type Journey = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** A provider of identities (OpenID Connect). Each call may throw `unavailable` while the provider cannot be asked. */
export type IdentityProvider = {
  readonly issuer: string;
  /** Where it describes itself. */
  readonly configurationUrl: string;
  /** What a program on a person's machine signs in with, by a code that the person types in; undefined when none may. */
  readonly deviceClient?: { readonly clientId: string; readonly scopes: string };
  /** Tells whose a token is. Throws `unauthorized` for one that does not hold, `forbidden` for a user without a role. */
  ofToken(token: string): Promise<Identity>;
  /** Asks again whether a user still is one; undefined when not. Throws `forbidden` for one who has no role any more. */
  renew(refresh: string): Promise<SignedIn | undefined>;
  /** Begins the way of a browser to the provider and back to `returnUrl`. */
  leave(returnUrl: string): Promise<{ readonly url: string; readonly journey: Journey }>;
  /** Ends it: `url` is where the browser came back to. Throws `unauthorized` when the provider, or what was noted, says no. */
  arrive(url: URL, journey: Journey): Promise<SignedIn>;
};
