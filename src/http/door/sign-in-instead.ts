import { Problem } from "../../domain/problem.ts";
import { pageOfRequest } from "../answers/document-response.ts";
import { prefersPage } from "../answers/negotiate.ts";
import { localPath, signInPath } from "../routes/people/sign-in.ts";

/**
 * Leads a person whose browser is not signed in to the page where it can, with the page that was asked for; undefined for programs,
 * and for anything else that went wrong.
 */
export function signInInstead(error: unknown, request: Request, baseUrl: () => string): Response | undefined {
  const isAsked = error instanceof Problem && error.kind === "unauthorized" && error.challenge === undefined;
  if (!isAsked || request.headers.has("authorization") || !prefersPage(request.headers.get("accept"))) return undefined;
  // What a form sent is not sent again: its page comes back, where a script kept what was typed.
  if (request.method !== "GET" && !isForm(request)) return undefined;
  const to = localPath(pageOfRequest(request));
  const headers = { location: `${baseUrl()}${signInPath}?to=${encodeURIComponent(to)}`, "cache-control": "no-store" };
  return new Response(null, { status: 303, headers });
}

/** A form of a browser: a program would send JSON. */
function isForm({ headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  const isOurs = headers.has("origin") || headers.has("sec-fetch-site");
  return isOurs && /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/.test(type);
}
