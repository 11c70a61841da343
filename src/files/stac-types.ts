import { isCatalogName } from "../domain/values/directories.ts";
import { isJsonObject, type Json } from "../domain/values/json.ts";
import { readRegular } from "./disk/open-regular.ts";
import type { Tree } from "./jobs/output-sources.ts";

/** An item that is longer is called JSON. */
const maxItemBytes = 256 * 1024;

/**
 * Finds the STAC items of a directory that has a catalogue: by their names in the tree, joined by slashes. Their media type is that of
 * GeoJSON, of which the ending of their names tells nothing.
 */
export async function findStacItems({ files }: Tree): Promise<ReadonlySet<string>> {
  const items = new Set<string>();
  if (!files.some(({ names }) => names.length === 1 && isCatalogName(names[0] ?? ""))) return items;
  for (const { names, source } of files) {
    if (!/\.json$/i.test(names.at(-1) ?? "") || source.sizeBytes > maxItemBytes) continue;
    const text = await readRegular(source.path, (path) => path === source.path, maxItemBytes);
    if (isItem(text.toString())) items.add(names.join("/"));
  }
  return items;
}

function isItem(text: string): boolean {
  if (!text.includes('"stac_version"')) return false;
  try {
    const value: Json = JSON.parse(text);
    return isJsonObject(value) && value.type === "Feature" && typeof value.stac_version === "string";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
