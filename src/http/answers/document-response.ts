import { defined } from "../../domain/defined.ts";
import { asJson } from "../../domain/documents/as-json.ts";
import { type Link, profileHeaders } from "../../domain/links.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { withoutEndSlashes } from "../../domain/words/text.ts";
import { sentName } from "../../pages/form/field.ts";
import { roleText } from "../../pages/people/keys.tsx";
import { documentPage } from "../../pages/shared/document.tsx";
import { type Notice, type Reader, readNotice } from "../../pages/shared/layout.tsx";
import { type Page, policyOf } from "../../pages/shared/page.ts";
import { scriptPaths, styleSheetPath, viewStylesPath } from "../console-files.ts";
import { programFacts } from "../program.ts";
import type { RouteContext } from "../route.ts";
import { type DocumentFormat, documentFormatNames, documentFormats, isDocumentFormat } from "./document-formats.ts";
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
  /** What names the state of the resource, whatever form it is shown in. */
  readonly state?: string;
};

/**
 * Answers with a document: as JSON, or as a page for a client that asks for HTML by `Accept` or `?f=html`
 * (OGC 18-062r2, requirements classes json and html); 304 to a client that has it already. Throws `not-acceptable`, or
 * `invalid-query-parameter-value` for another `f`.
 */
export function documentResponse<Document extends object>(
  context: Pick<RouteContext, "request" | "baseUrl" | "query" | "mapTiles" | "service" | "caller">,
  document: Document,
  { title, profile, headers: others, page, state }: DocumentOptions<Document>,
): Response {
  const format = documentFormat(context);
  const headers = { vary: "accept", ...(profile === undefined ? {} : profileHeaders(profile)), ...others };
  const linked = withAlternates(context, document, format);
  const tagged = (
    text: string,
    more: { readonly "content-type": string; readonly "content-security-policy"?: string },
    whose = "",
  ) => taggedResponse(context.request, text, { ...headers, ...more }, state === undefined ? state : state + whose);
  switch (format) {
    case "json":
      return tagged(JSON.stringify(linked), { "content-type": "application/json" });
    case "html": {
      const { baseUrl } = context;
      const jsonUrl = otherUrl(context, "json");
      const reader = readerOf(context.caller);
      const notice = readNotice(context.query(noticeName));
      const styles = { styleSheet: styleSheetPath, viewStyles: viewStylesPath };
      const frame = {
        title,
        baseUrl,
        jsonUrl,
        scripts: scriptPaths,
        program: programFacts,
        ...styles,
        ...defined({ tiles: context.mapTiles, here: pageOfRequest(context.request), reader, notice }),
        ...defined({ serviceTitle: context.service?.title, serviceProvider: context.service?.provider?.name }),
      };
      const { policy, render } = page ?? memberPage(linked);
      const types = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy(frame) };
      // The menu names who looks; what was done before is told once.
      return tagged(render(frame, document), types, `${reader?.name ?? ""}${notice ?? ""}`);
    }
    default:
      return format satisfies never;
  }
}

const noticeName = "done";

/** Answers a form by the page that comes next, which says what was done. `more` goes on with the query of its address. */
export function seeOther(url: string, notice: Notice, more = ""): Response {
  return new Response(null, { status: 303, headers: { location: `${url}?f=html&${noticeName}=${notice}${more}` } });
}

/** Tells who looks at a page, as its menu says; undefined for a stranger. */
export function readerOf(caller: Principal | undefined): Reader | undefined {
  if (caller === undefined) return undefined;
  const { user, scope } = caller;
  const role = roleText(caller.role, scope?.actions);
  const may = { seesSystem: mayDo(caller, "read-system"), mayUpload: mayDo(caller, "upload") };
  return { ...(user === undefined ? {} : { name: user, role }), ...may };
}

/** Returns the path of the page that a request is for, or whose form it sends; undefined for the page where one signs in. */
export function pageOfRequest({ method, url }: Request): string | undefined {
  const { pathname, search } = new URL(url);
  if (pathname.startsWith("/_/sign-in")) return undefined;
  return method === "GET"
    ? `${pathname}${withoutNotice(search)}`
    : `${pathname.replace(/\/(?:[a-z]+-)?form$/, "")}?f=html`;
}

/** Who comes back to a page later is not told what was done before. */
function withoutNotice(search: string): string {
  const query = new URLSearchParams(search);
  if (!query.has(noticeName) && !query.has(sentName)) return search;
  query.delete(noticeName);
  query.delete(sentName);
  return query.size === 0 ? "" : `?${query}`;
}

function memberPage(document: object): Page<unknown> {
  return { policy: () => policyOf(), render: (frame) => documentPage(frame, asJson(document)) };
}

/** Adds the links to the other representations (OGC 18-062r2 /req/core/pl-links). */
function withAlternates(
  { request, baseUrl }: Pick<RouteContext, "request" | "baseUrl">,
  document: object,
  format: DocumentFormat,
): object {
  if (!("links" in document) || !Array.isArray(document.links)) return document;
  const alternates = documentFormatNames
    .filter((name) => name !== format)
    .map((name): Link => {
      const { mediaType, title } = documentFormats[name];
      return { href: otherUrl({ request, baseUrl }, name), rel: "alternate", type: mediaType, title };
    });
  return { ...document, links: [...document.links, ...alternates] };
}

/** A URL without a query whose path stands as it is, as most do: to take one apart and make another takes longer than all else of a link. */
const plainPath = /^https?:\/\/[^/?#]+((?:\/[\w-]+)+)$/;

/** Gives the URL of the same document in another format. */
function otherUrl({ request, baseUrl }: Pick<RouteContext, "request" | "baseUrl">, format: DocumentFormat): string {
  const plain = plainPath.exec(request.url)?.[1];
  if (plain !== undefined) return `${baseUrl}${plain}?f=${format}`;
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("f", format);
  return `${baseUrl}${pathname === "/" ? pathname : withoutEndSlashes(pathname)}?${searchParams}`;
}

/** Reads the format of a document: `f` wins over `Accept`; JSON when the client names nothing, or takes anything. */
export function documentFormat({ request, query }: Pick<RouteContext, "request" | "query">): DocumentFormat {
  const name = query("f");
  if (name !== undefined) {
    if (isDocumentFormat(name)) return name;
    const wanted = documentFormatNames.join(" or ");
    throw new Problem("invalid-query-parameter-value", `Cannot answer: found f "${name}", wanted ${wanted}`);
  }
  const accept = request.headers.get("accept");
  const { json, ...others } = documentFormats;
  const otherTypes = Object.values(others).map(({ mediaType }) => mediaType);
  const type = preferredType(accept, [json.mediaType, "application/problem+json", ...otherTypes]);
  if (type === undefined) {
    const wanted = [json.mediaType, ...otherTypes].join(" or ");
    throw new Problem("not-acceptable", `Cannot answer: found Accept "${accept}", wanted ${wanted}`);
  }
  return documentFormatNames.find((format) => documentFormats[format].mediaType === type) ?? "json";
}
