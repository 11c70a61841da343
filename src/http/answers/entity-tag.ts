import { Problem } from "../../domain/problem.ts";
import { weightOfCoding } from "./negotiate.ts";

/** Tells whether a client takes an answer in gzip, and says so: nothing is packed for who says nothing. */
export function acceptsGzip(request: Request): boolean {
  return weightOfCoding(request.headers.get("accept-encoding"), "gzip") > 0;
}

/** Builds the entity tag of an answer in gzip from that of the answer. */
export function gzipEtag(etag: string): string {
  return etag.replace(/"$/, '-gzip"');
}

/** Finds what a client has already of what it asks for (`If-None-Match`, RFC 9110 13.1.2): its entity tag. */
export function matchedEtag(request: Request, etag: string): string | undefined {
  const header = request.headers.get("if-none-match");
  if (header === null) return undefined;
  if (header.trim() === "*") return etag;
  const given = header.split(",").map((one) => one.trim().replace(/^W\//, ""));
  const packed = gzipEtag(etag);
  if (given.includes(packed) && acceptsGzip(request)) return packed;
  return given.includes(etag) ? etag : undefined;
}

/**
 * Answers with text and its entity tag; 304 when the client has this text already. Caches ask again each time. With a
 * `state` the tag begins with that of the state that the text is one form of: `requireMatch` knows it.
 */
export function taggedResponse(
  request: Request,
  text: string | Uint8Array,
  { "content-type": type, ...headers }: Readonly<Record<string, string>> & { readonly "content-type": string },
  state?: string,
): Response {
  const etag = `"${state === undefined ? "" : `${shortDigest(state)}.`}${shortDigest(text)}"`;
  const shared = { ...headers, "cache-control": "private, no-cache" };
  const matched = matchedEtag(request, etag);
  if (matched !== undefined) return new Response(null, { status: 304, headers: { ...shared, etag: matched } });
  return new Response(text, { headers: { ...shared, etag, "content-type": type } });
}

function shortDigest(text: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("base64url").slice(0, 22);
}

/**
 * Checks `If-Match` and `If-None-Match` of a request that changes something (RFC 9110 13.1.1, 13.1.2) against its state;
 * undefined: it does not exist. Any form of the state counts as the state. Throws `precondition-failed`.
 */
export function requireMatch({ headers }: Request, state: string | undefined): void {
  const [match, noneMatch] = [headers.get("if-match"), headers.get("if-none-match")];
  if (match !== null && !isAmong(match, state)) throw failedPrecondition("If-Match", match, state);
  if (noneMatch !== null && isAmong(noneMatch, state)) throw failedPrecondition("If-None-Match", noneMatch, state);
}

/** A weak tag never matches: it does not say that the state is the same. */
function isAmong(header: string, state: string | undefined): boolean {
  if (state === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((tag) => tag.trim().startsWith(`"${shortDigest(state)}.`));
}

function failedPrecondition(name: string, value: string, state: string | undefined): Problem {
  const found = state === undefined ? "nothing that exists" : "another state, as GET gives it with its ETag";
  const detail = `Cannot change: found ${found}, wanted one that meets ${name}: ${value.slice(0, 200)}`;
  return new Problem("precondition-failed", detail);
}
