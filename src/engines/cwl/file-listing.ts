import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../domain/json.ts";
import { CwlFailure } from "./failure.ts";
import { fileObject, pathOf } from "./file-object.ts";
import type { ListingMode } from "./schema.ts";

/** A deep listing of more entries would fill the memory before anyone reads it. */
const maxEntries = 100_000;

/** Adds what is in a directory to its object: nothing, its own entries, or all below it. A literal keeps its listing. */
export async function withListing(object: JsonObject, mode: ListingMode): Promise<JsonObject> {
  const path = pathOf(object);
  if (path === undefined || object.class !== "Directory") return object;
  const { listing: _listing, ...bare } = object;
  if (mode === "no_listing") return bare;
  return { ...bare, listing: await list(path, mode, { left: maxEntries }) };
}

async function list(directory: string, mode: ListingMode, count: { left: number }): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (const name of (await readdir(directory)).toSorted()) {
    count.left -= 1;
    if (count.left < 0) throw new CwlFailure(`Cannot list "${directory}": found more than ${maxEntries} entries`);
    const path = join(directory, name);
    const facts = await stat(path);
    if (!facts.isDirectory()) found.push(fileObject("File", path, { size: facts.size }));
    else {
      const object = fileObject("Directory", path);
      found.push(mode === "deep_listing" ? { ...object, listing: await list(path, mode, count) } : object);
    }
  }
  return found;
}
