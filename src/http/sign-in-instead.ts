import { Problem } from "../domain/problem.ts";
import { prefersPage } from "./answers/negotiate.ts";
import { localPath, signInPath } from "./routes/sign-in.ts";

/**
 * Leads a person whose browser is not signed in to the page where it can, with the page that was asked for; undefined for programs,
 * and for anything else that went wrong.
 */
export function signInInstead(error: unknown, request: Request, baseUrl: () => string): Response | undefined {
  const isAsked = error instanceof Problem && error.kind === "unauthorized" && error.challenge === undefined;
  if (!isAsked || request.method !== "GET" || request.headers.has("authorization")) return undefined;
  if (!prefersPage(request.headers.get("accept"))) return undefined;
  const { pathname, search } = new URL(request.url);
  const to = localPath(`${pathname}${search}`);
  const headers = { location: `${baseUrl()}${signInPath}?to=${encodeURIComponent(to)}`, "cache-control": "no-store" };
  return new Response(null, { status: 303, headers });
}
