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

/** Answers with text and its entity tag; 304 when the client has this text already. Caches ask again each time. */
export function taggedResponse(
  request: Request,
  text: string,
  { "content-type": type, ...headers }: Readonly<Record<string, string>> & { readonly "content-type": string },
): Response {
  const etag = `"${new Bun.CryptoHasher("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const shared = { ...headers, "cache-control": "private, no-cache" };
  const matched = matchedEtag(request, etag);
  if (matched !== undefined) return new Response(null, { status: 304, headers: { ...shared, etag: matched } });
  return new Response(text, { headers: { ...shared, etag, "content-type": type } });
}
