import { asJson } from "../../domain/documents/as-json.ts";
import { type Link, profileHeaders } from "../../domain/links.ts";
import { Problem } from "../../domain/problem.ts";
import { withoutEndSlashes } from "../../domain/text.ts";
import { documentPage } from "../../pages/document.tsx";
import { type Page, policyOf } from "../../pages/page.ts";
import { scriptPaths } from "../console-files.ts";
import type { RouteContext } from "../route.ts";
import { taggedResponse } from "./entity-tag.ts";
import { preferredType } from "./negotiate.ts";

export type DocumentOptions<Document> = {
  /** What the page is called. */
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The profile that the document fits, whichever was asked for. */
  readonly profile?: string;
  /** The page that shows the document; when absent, one that shows each of its members and can do nothing. */
  readonly page?: Page<Document>;
};

/**
 * Answers with a document: as JSON, or as a page for a client that asks for HTML by `Accept` or `?f=html`
 * (OGC 18-062r2, requirements classes json and html); 304 to a client that has it already. Throws `not-acceptable`, or
 * `invalid-query-parameter-value` for another `f`.
 */
export function documentResponse<Document extends object>(
  context: Pick<RouteContext, "request" | "baseUrl" | "query">,
  document: Document,
  { title, profile, headers: others, page }: DocumentOptions<Document>,
): Response {
  const format = formatOf(context);
  const headers = { vary: "accept", ...(profile === undefined ? {} : profileHeaders(profile)), ...others };
  const linked = withAlternate(context, document, format);
  if (format === "json") {
    return taggedResponse(context.request, JSON.stringify(linked), { ...headers, "content-type": "application/json" });
  }
  const { baseUrl } = context;
  const frame = { title, baseUrl, jsonUrl: otherUrl(context, "json"), scripts: scriptPaths };
  const { policy, render } = page ?? memberPage(linked);
  return taggedResponse(context.request, render(frame, document), {
    ...headers,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy(frame),
  });
}

function memberPage(document: object): Page<unknown> {
  return { policy: () => policyOf(), render: (frame) => documentPage(frame, asJson(document)) };
}

/** Adds the link to the other representation (OGC 18-062r2 /req/core/pl-links). */
function withAlternate(
  { request, baseUrl }: Pick<RouteContext, "request" | "baseUrl">,
  document: object,
  format: "json" | "html",
): object {
  if (!("links" in document) || !Array.isArray(document.links)) return document;
  const alternate: Link = {
    href: otherUrl({ request, baseUrl }, format === "json" ? "html" : "json"),
    rel: "alternate",
    type: format === "json" ? "text/html" : "application/json",
    title: format === "json" ? "This document as HTML" : "This document as JSON",
  };
  return { ...document, links: [...document.links, alternate] };
}

/** Where the same document is in another format. */
function otherUrl({ request, baseUrl }: Pick<RouteContext, "request" | "baseUrl">, format: "json" | "html"): string {
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("f", format);
  return `${baseUrl}${pathname === "/" ? pathname : withoutEndSlashes(pathname)}?${searchParams}`;
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
