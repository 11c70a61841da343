import type { Role } from "../../../src/domain/people/access.ts";
import { Problem } from "../../../src/domain/problem.ts";
import type { IdentityProvider } from "../../../src/net/openid/identity-provider.ts";

/** Somebody whom a provider of identities knows. */
export type KnownUser = { readonly role: Role; readonly groups: readonly string[] };

/** Stands in for a provider of identities whose tokens are the names of its users; `find` tells who has one. */
export function identitiesOf(
  find: (token: string) => (KnownUser & { readonly user: string }) | undefined,
): IdentityProvider {
  return {
    issuer: "https://login.example",
    configurationUrl: "https://login.example/.well-known/openid-configuration",
    async ofToken(token) {
      const found = find(token);
      if (found === undefined) throw new Problem("unauthorized", "no such token", { challenge: "invalid_token" });
      return { ...found, until: Number.MAX_SAFE_INTEGER };
    },
    renew: async () => undefined,
    leave: () => Promise.reject(new Error("nobody goes there")),
    arrive: () => Promise.reject(new Error("nobody comes from there")),
  };
}
