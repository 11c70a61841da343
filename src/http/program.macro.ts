import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads what the software says of itself in its manifest. Runs while bundling: the program carries the answer. */
export function readManifest(): { readonly version: string; readonly license: string; readonly source: string } {
  const manifest = JSON.parse(readFileSync(join(import.meta.dir, "..", "..", "package.json"), "utf8"));
  const { version, license, repository = "" } = manifest;
  return { version, license, source: typeof repository === "string" ? repository : repository.url };
}
