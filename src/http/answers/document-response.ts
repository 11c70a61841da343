import { isJsonObject, type Json, parseExact } from "../../domain/json.ts";
import { type Link, profileHeaders } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import { withoutEndSlashes } from "../../domain/text.ts";
import { documentPage, pagePolicy } from "../../pages/document.tsx";
import type { PageFrame } from "../../pages/layout.tsx";
import type { RouteContext } from "../route.ts";
import { taggedResponse } from "./entity-tag.ts";
import { preferredType } from "./negotiate.ts";

export type DocumentOptions = {
  /** What the page is called. */
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The profile that the document fits, whichever was asked for. */
  readonly profile?: string;
  /** How the page is made, and what it may do; a page that shows the document and can do nothing when absent. */
  readonly page?: {
    readonly policy: string;
    render(frame: PageFrame, document: { readonly [name: string]: Json }): string;
  };
};

/**
 * Answers with a document: as JSON, or as a page for a client that asks for HTML by `Accept` or `?f=html`
 * (OGC 18-062r2, requirements classes json and html); 304 to a client that has it already. Throws `not-acceptable`, or
 * `invalid-query-parameter-value` for another `f`.
 */
export function documentResponse(
  context: Pick<RouteContext, "request" | "baseUrl" | "query">,
  document: Readonly<Record<string, unknown>>,
  options: DocumentOptions,
): Response {
  const format = formatOf(context);
  const profile = options.profile === undefined ? {} : profileHeaders(options.profile);
  const headers = { vary: "accept", ...profile, ...options.headers };
  const linked = withAlternate(context, document, format);
  if (format === "json") {
    return taggedResponse(context.request, JSON.stringify(linked), { ...headers, "content-type": "application/json" });
  }
  const { render, policy } = options.page ?? { render: documentPage, policy: pagePolicy };
  // Members without a value have no place in JSON, nor on the page.
  const shown = parseExact(JSON.stringify(linked));
  const page = render({ title: options.title, baseUrl: context.baseUrl }, isJsonObject(shown) ? shown : {});
  return taggedResponse(context.request, page, {
    ...headers,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
  });
}

/** Adds the link to the other representation (OGC 18-062r2 /req/core/pl-links). */
function withAlternate(
  { request, baseUrl }: Pick<RouteContext, "request" | "baseUrl">,
  document: Readonly<Record<string, unknown>>,
  format: "json" | "html",
): Readonly<Record<string, unknown>> {
  if (!Array.isArray(document.links)) return document;
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("f", format === "json" ? "html" : "json");
  const alternate: Link = {
    href: `${baseUrl}${pathname === "/" ? pathname : withoutEndSlashes(pathname)}?${searchParams}`,
    rel: "alternate",
    type: format === "json" ? "text/html" : "application/json",
    title: format === "json" ? "This document as HTML" : "This document as JSON",
  };
  return { ...document, links: [...document.links, alternate] };
}

/** `f` wins over `Accept`; JSON when nothing or anything is asked for. */
function formatOf({ request, query }: Pick<RouteContext, "request" | "query">): "json" | "html" {
  const asked = query("f");
  if (asked === "json" || asked === "html") return asked;
  if (asked !== undefined) {
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${asked}", wanted json or html`);
  }
  const accept = request.headers.get("accept");
  const chosen = preferredType(accept, ["application/json", "application/problem+json", "text/html"]);
  if (chosen === undefined) {
    const detail = `Cannot answer: found Accept "${accept}", wanted application/json or text/html`;
    throw new Problem("not-acceptable", detail);
  }
  return chosen === "text/html" ? "html" : "json";
}
