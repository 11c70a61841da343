import { Problem } from "../../domain/problem.ts";
import type { Authenticator, Caller, Credentials } from "../../operations/people/authenticate.ts";
import { prefersPage } from "../answers/negotiate.ts";
import type { Route } from "../route.ts";

/**
 * Finds who sends a request to a route. While a provider of identities cannot say whether a browser's session still holds, what is
 * public is shown as to a stranger, the page to sign in among it. Throws as the authenticator does.
 */
export async function callerOf(
  authenticate: Authenticator,
  credentials: Credentials,
  { asksNobody, access }: Pick<Route, "asksNobody" | "access">,
): Promise<Caller> {
  if (asksNobody === true) return { kind: "stranger" };
  try {
    return await authenticate(credentials);
  } catch (error) {
    const isUnknown = error instanceof Problem && error.kind === "unavailable" && credentials.session !== undefined;
    if (isUnknown && access === "public") return { kind: "stranger" };
    throw error;
  }
}

/** Finds who looks at a page that no route answers. Programs get no page, and need no menu that names them. */
export async function lookerOf(authenticate: Authenticator, request: Request, credentials: Credentials) {
  const isPerson = credentials.authorization === undefined && prefersPage(request.headers.get("accept"));
  if (!isPerson) return undefined;
  const caller = await callerOf(authenticate, credentials, { access: "public" });
  return caller.kind === "known" ? caller.principal : undefined;
}
