import type { DocumentName } from "./api-schemas.ts";

/** What an answer holds: a document, or bytes of some media type. */
type Content =
  | {
      readonly document: DocumentName;
      /** It is answered in each format of documents. */
      readonly hasFormats?: boolean;
    }
  | { readonly mediaType: string }
  | undefined;

/** What the API description says of a route, besides its path, parameters and body. */
export type RouteAbout = {
  readonly summary: string;
  readonly tag: "pages" | "service" | "processes" | "providers" | "jobs" | "files";
  /** Names of query parameters, each with what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** Answers that are no problem, by status. */
  readonly answers: Readonly<Record<number, { readonly about: string; readonly content?: Content }>>;
  /** Statuses of the problems that it may answer with, besides those of every route. */
  readonly problems?: readonly number[];
  /** What is posted to subscribers of the request: the document, by the member of `subscriber` that names the URL. */
  readonly callbacks?: Readonly<Record<string, DocumentName>>;
  /** Problems are told as OWS exception reports, in XML. */
  readonly hasExceptionReports?: boolean;
};

/** Query parameters of lists. */
export const paging = { limit: "the most items of one page", after: "where the page before ended" } as const;

/** Answers with a document. */
export function ok(document: DocumentName, about: string): RouteAbout["answers"] {
  return { 200: { about, content: { document } } };
}

/** Answers with a document that has an entity tag, in each format of documents. */
export function tagged(document: DocumentName, about: string): RouteAbout["answers"] {
  return { 200: { about, content: { document, hasFormats: true } }, ...notChanged };
}

/** For routes that know entity tags. */
export const notChanged = { 304: { about: "Not changed" } } as const;
