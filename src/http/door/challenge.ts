import type { Problem } from "../../domain/problem.ts";

/** What a token can be wrong in, worded for whoever sent it (RFC 6750 3). */
const descriptions = {
  invalid_token: "The key or token is unknown, was revoked, or has ended",
  insufficient_scope: "The scope of the key does not hold this",
} as const;

/** Formats `WWW-Authenticate` for a problem (RFC 6750 3); undefined where it asks for nobody. Without a token there is no error in it. */
export function challengeOf({ kind, challenge }: Pick<Problem, "kind" | "challenge">): string | undefined {
  if (kind !== "unauthorized" && challenge === undefined) return undefined;
  const realm = 'Bearer realm="heddle"';
  return challenge === undefined
    ? realm
    : `${realm}, error="${challenge}", error_description="${descriptions[challenge]}"`;
}
