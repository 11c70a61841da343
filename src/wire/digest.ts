/**
 * Reads the SHA-256 digest of a `Repr-Digest` or `Content-Digest` header (RFC 9530), in hexadecimal. "other" when it has
 * none, or is not what it should be: what it says cannot be looked at then.
 */
export function parseDigest(header: string): string | "other" {
  for (const member of header.split(",")) {
    const [, text] = /^\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*$/.exec(member) ?? [];
    if (text !== undefined) return Buffer.from(text, "base64").toString("hex");
  }
  return "other";
}
