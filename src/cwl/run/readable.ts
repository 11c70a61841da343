import { realpath } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { isInside } from "../../files/layout.ts";
import { CwlFailure } from "../values/failure.ts";
import { isFileLike } from "../values/types.ts";

/** What a run may read; undefined when it may read what this program can. */
export type ReadBounds =
  | {
      /** Below these everything. */
      readonly roots: readonly string[];
      /** What lay beside an input as its secondary file. */
      readonly found: Set<string>;
    }
  | undefined;

/**
 * Checks every location in a value that an expression or a tool made up: in the server it lies in the execution's own
 * directory or is an input, also after symlinks are followed. Throws CwlFailure for one that does not.
 */
export async function requireReadable(bounds: ReadBounds, value: Json): Promise<void> {
  if (bounds === undefined) return;
  for (const location of locationsIn(value)) await requireReadablePath(bounds, location);
}

/** Checks one path or `file://` location. */
export async function requireReadablePath(bounds: ReadBounds, location: string): Promise<void> {
  if (bounds === undefined) return;
  const isUrl = /^[a-z][a-z0-9+.-]*:/i.test(location);
  const isFile = location.startsWith("file://");
  const path = isFile ? fileURLToPath(location) : location;
  if (bounds.found.has(path)) return;
  const real = isUrl && !isFile ? undefined : await ifExists(realpath(path));
  const roots = await realRoots(bounds);
  if (real !== undefined && roots.some((root) => isInside(root, real))) return;
  throw new CwlFailure(`Cannot read "${location}": wanted a file of this execution or one of its inputs`);
}

/** Lists the real paths that a run may read, with all below them; undefined when it may read everything. */
export async function readableRoots(bounds: ReadBounds): Promise<readonly string[] | undefined> {
  return bounds === undefined ? undefined : realRoots(bounds);
}

async function realRoots({ roots, found }: NonNullable<ReadBounds>): Promise<readonly string[]> {
  const real = await Promise.all([...roots, ...found].map((root) => ifExists(realpath(root))));
  return real.filter((root) => root !== undefined);
}

function locationsIn(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(locationsIn);
  if (!isJsonObject(value)) return [];
  const own = isFileLike(value) ? [value.path, value.location].filter((item) => typeof item === "string") : [];
  return [...own, ...Object.values(value).flatMap(locationsIn)];
}
