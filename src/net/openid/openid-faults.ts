import { errors } from "jose";
import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import { errorText, Problem } from "../../domain/problem.ts";

/** After this long a provider that could not be asked is asked again; in seconds. */
const retryAfterSeconds = 5;

/** Tells whether a provider could not be asked, or answered nonsense: nothing is known then of who somebody is. */
export function isUnreachable(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof Problem) return one.kind === "remote-failure" || one.kind === "unavailable";
    if (one instanceof errors.JWKSTimeout || one.name === "TimeoutError") return true;
    if (one instanceof ResponseBodyError) return one.status >= 500 || one.status === 429;
  }
  if (error instanceof ClientError) return error.code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
  return error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC";
}

/** Words what went wrong; the library says only that something did, and has the reason as its cause. */
export function reasonOf(error: unknown): string {
  let one = error;
  while (one instanceof ClientError && one.cause instanceof Error && !(one instanceof WWWAuthenticateChallengeError)) {
    one = one.cause;
  }
  return one instanceof WWWAuthenticateChallengeError ? `it answered with status ${one.status}` : errorText(one);
}

/** Words that a provider cannot be asked. */
export function unreachable(issuer: string, cause: unknown): Problem {
  const detail = `Cannot sign in now: the provider of identities "${issuer}" does not answer as it should (${reasonOf(cause)})`;
  return new Problem("unavailable", detail, { cause, retryAfterSeconds });
}
