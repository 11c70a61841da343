import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../domain/values/json.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { type MayRead, openDirectory } from "../../files/disk/open-regular.ts";
import type { ListingMode } from "../document/schema.ts";
import { CwlFailure } from "./failure.ts";
import { fileObject, pathOf } from "./file-object.ts";

/** A deep listing of more entries would fill the memory before anyone reads it. */
const maxEntries = 100_000;

/**
 * Adds what is in a directory to its object: nothing, its own entries, or all below it. A literal keeps its listing.
 * Every directory that is opened must really lie where `mayRead` allows.
 */
export async function withListing(object: JsonObject, mode: ListingMode, mayRead?: MayRead): Promise<JsonObject> {
  const path = pathOf(object);
  if (path === undefined || object.class !== "Directory") return object;
  const { listing: _listing, ...bare } = object;
  if (mode === "no_listing") return bare;
  return { ...bare, listing: await list(path, mode, { left: maxEntries, mayRead }) };
}

type Listing = { left: number; readonly mayRead: MayRead | undefined };

async function list(directory: string, mode: ListingMode, count: Listing): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  await using open = await openDirectory(directory, count.mayRead);
  for (const name of open.names) {
    count.left -= 1;
    if (count.left < 0) throw new CwlFailure(`Cannot list "${directory}": found more than ${maxEntries} entries`);
    const path = join(directory, name);
    // A link may lead nowhere; what it leads to is told where the directory itself is checked.
    const facts = await ifExists(stat(join(open.way, name)));
    if (facts?.isDirectory() !== true) found.push(fileObject("File", path, { size: facts?.size ?? 0 }));
    else {
      const object = fileObject("Directory", path);
      found.push(mode === "deep_listing" ? { ...object, listing: await list(path, mode, count) } : object);
    }
  }
  return found;
}
