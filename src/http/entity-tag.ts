/** Tells whether the client already has what it asks for (`If-None-Match`, RFC 9110 13.1.2). */
export function matchesEtag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

/** Answers with text and its entity tag; 304 when the client has this text already. Caches ask again each time. */
export function taggedResponse(
  request: Request,
  text: string,
  { "content-type": type, ...headers }: Readonly<Record<string, string>> & { readonly "content-type": string },
): Response {
  const etag = `"${new Bun.CryptoHasher("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const shared = { ...headers, etag, "cache-control": "private, no-cache" };
  if (matchesEtag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers: shared });
  return new Response(text, { headers: { ...shared, "content-type": type } });
}
