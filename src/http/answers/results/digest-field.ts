/**
 * Words a SHA-256 digest as RFC 9530 does, in `Repr-Digest` and beside links: `sha-256=:<base64>:`. `sha256` is hexadecimal.
 */
export function digestField(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`;
}
