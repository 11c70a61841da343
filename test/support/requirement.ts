import { test } from "bun:test";

/**
 * Proves requirements of OGC API - Processes, Part 1 (1.0 is 18-062r2, 2.0 the draft 18-062r3): a test for each, named
 * by version and id, which `npm run requirements` finds again.
 */
export function requirement(
  names: readonly (`1.0 /req/${string}` | `2.0 /req/${string}`)[],
  proof: () => Promise<void>,
): void {
  for (const name of names) test(name, proof);
}
