/** Draws a UUID that sorts by the time it was drawn. */
export function newId(): string {
  return Bun.randomUUIDv7();
}

/** Draws 40 letters and digits, 160 bits. */
export function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("hex");
}

/** Draws 256 random bits. */
export function newKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
