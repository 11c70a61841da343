import { test } from "bun:test";

/** The versions of OGC API - Processes, Part 1: 18-062r2, and the draft 18-062r3. */
export type StandardVersion = "1.0" | "2.0";

/** Proves a requirement: a test named by its version and id, which `npm run requirements` finds again. */
export function requirement(version: StandardVersion, id: string, proof: () => Promise<void>): void {
  test(`${version} ${id}`, proof);
}
