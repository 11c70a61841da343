import { processUrl, profiles } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/process.ts";
import type { ProcessRevision } from "../../operations/process-revisions.ts";
import { processPage } from "../../pages/process.tsx";
import { formFields } from "../../wire/kvp-execute.ts";
import type { RouteContext } from "../route.ts";
import { documentResponse } from "./document-response.ts";
import { prefersPage } from "./negotiate.ts";
import { processDocument } from "./process-document.ts";

/** What a browser sends of a form. */
export const formType = "application/x-www-form-urlencoded";

/**
 * Tells whether somebody, or a program that follows links, came to look: a browser's navigation or its reading ahead,
 * whoever asks for HTML before anything else, and whoever asks for nothing but a page. Nothing is executed for them.
 */
export function comesToLook({ headers, url }: Request): boolean {
  const { searchParams } = new URL(url);
  const ahead = [headers.get("sec-purpose"), headers.get("purpose"), headers.get("x-moz")];
  return (
    prefersPage(headers.get("accept")) ||
    headers.get("sec-fetch-mode") === "navigate" ||
    ahead.some((purpose) => /prefetch|preview/i.test(purpose ?? "")) ||
    (searchParams.size === 1 && searchParams.get("f") === "html")
  );
}

/** Names the state of a process, by what a change of it changes. */
export function stateOf({ revision, visibility }: Pick<Process, "revision" | "visibility">): string {
  return `${revision} ${visibility}`;
}

/**
 * Answers with the description of a process; its page has a form to execute it, filled by the query. One of its revisions is
 * told of with what became of it. `more` stands beside the members of the description.
 */
export function processResponse(
  context: RouteContext,
  process: Process,
  {
    query = "",
    revision,
    more = {},
  }: { readonly query?: string; readonly revision?: ProcessRevision; readonly more?: object } = {},
): Response {
  const { baseUrl } = context;
  const name = revision === undefined ? process.id : `${process.id}@${process.revision}`;
  const action = `${processUrl(baseUrl, name)}/execution`;
  const fields = formFields(query, process.description);
  const document = { ...processDocument(process, baseUrl, revision), ...more };
  return documentResponse(context, document, {
    title: process.description.title ?? process.id,
    profile: profiles.processDescription,
    page: processPage({ action, fields }),
    // Figures of runs change while the process does not.
    ...(Object.keys(more).length === 0 ? { state: stateOf(process) } : {}),
  });
}

/** Answers a browser that came to the execution of a process: with the page of the process, whatever `f` it named. */
export function lookResponse(context: RouteContext, process: Process): Response {
  const { request } = context;
  const { search } = new URL(request.url);
  const asPage = { ...context, query: (name: string) => (name === "f" ? "html" : context.query(name)) };
  const response = processResponse(asPage, process, { query: search });
  response.headers.set("x-robots-tag", "noindex, nofollow");
  return response;
}

/** A form is sent by a browser, which says of which page it is: one that does not say so may be of any. Throws `forbidden`. */
export function requireOwnForm({ request }: Pick<RouteContext, "request">): void {
  if (request.headers.has("origin") || request.headers.has("sec-fetch-site")) return;
  throw new Problem(
    "forbidden",
    `Cannot accept the request: found ${formType} without Origin, wanted a form of this service`,
  );
}
