import { createHash, timingSafeEqual } from "node:crypto";

/** Hashes a secret for keeping. Secrets here are 256 random bits: a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares a secret with a kept hash, in a time that does not depend on where they differ. */
export function matchesHash(secret: string, hash: string): boolean {
  const one = Buffer.from(hashSecret(secret));
  const other = Buffer.from(hash);
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Hashes a text, for comparing it with a later one. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
