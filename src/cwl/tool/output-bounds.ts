import { realpathSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { errorText } from "../../domain/problem.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { hasCode, ifFound } from "../../files/disk/file-errors.ts";
import { openDirectory } from "../../files/disk/open-regular.ts";
import { isInside } from "../../files/layout.ts";
import { CwlFailure } from "../values/failure.ts";
import { fileObject, pathOf } from "../values/file-object.ts";

/** The real places that outputs may have. */
export type Bounds = {
  readonly outdir: string;
  readonly given: readonly string[];
  /** What was found at paths: nothing changes there any more. */
  readonly found: Map<string, Found>;
};

/** What lies at a path, and its real path. */
type Found = { readonly object: JsonObject; readonly real: string };

/** Builds the bounds of a tool that has ended, from its output directory and the paths that it was given. */
export function realBounds(outdir: string, given: readonly string[]): Bounds {
  const real = given.map((path) => ifFound(() => realpathSync(path)));
  return { outdir: realpathSync(outdir), given: real.filter((path) => path !== undefined), found: new Map() };
}

/** Builds the object of a file that was found, when what it leads to lies inside the bounds. */
export function toFile(bounds: Bounds, path: string): JsonObject {
  return look(bounds, path).object;
}

function look(bounds: Bounds, path: string): Found {
  const known = bounds.found.get(path);
  if (known !== undefined) return known;
  const found = lookAnew(bounds, path);
  bounds.found.set(path, found);
  return found;
}

function lookAnew(bounds: Bounds, path: string): Found {
  const real = realPath(path);
  if (real === undefined) throw new CwlFailure(`found no file "${path}", wanted one`);
  if (!mayRead(bounds, real)) {
    throw new CwlFailure(`found "${path}", which leads out of the output directory, wanted a file inside it`);
  }
  const facts = statSync(real);
  if (facts.isDirectory()) return { object: fileObject("Directory", path), real };
  if (facts.isFile()) return { object: fileObject("File", path, { size: facts.size }), real };
  throw new CwlFailure(`found "${path}", which is neither a file nor a directory, wanted one of them`);
}

/** A tool may leave links in a circle, and names and directories that nobody can open. */
function realPath(path: string): string | undefined {
  try {
    return ifFound(() => realpathSync(path));
  } catch (error) {
    if (!hasCode(error, "EACCES", "ELOOP", "ENAMETOOLONG")) throw error;
    throw new CwlFailure(`found "${path}", which cannot be opened (${errorText(error)}), wanted a file`);
  }
}

/** Tells whether a real path lies where a tool may hand something back from. */
export function mayRead(bounds: Bounds, real: string): boolean {
  return isInside(bounds.outdir, real) || bounds.given.some((given) => isInside(given, real));
}

/** Checks that a file object that has a path lies inside the bounds, a directory with all that is in it. */
export async function locateInside(bounds: Bounds, object: JsonObject): Promise<JsonObject> {
  const path = pathOf(object);
  if (path === undefined) return object;
  const found = toFile(bounds, path);
  if (found.class === "Directory") await checkTree(bounds, path);
  const name = typeof object.basename === "string" ? object.basename : found.basename;
  return { ...object, ...found, basename: name ?? null };
}

/** Directories in directories that are looked through at most: no path of the system goes deeper. */
const maxDepth = 1000;

/** Throws CwlFailure when a symlink below a directory leads out of the bounds, or something there is no file. */
async function checkTree(bounds: Bounds, directory: string, depth = maxDepth): Promise<void> {
  if (depth === 0) throw new CwlFailure(`found more than ${maxDepth} directories in each other, wanted fewer`);
  await using open = await openDirectory(directory, (real) => mayRead(bounds, real));
  for (const entry of await readdir(open.way, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await checkTree(bounds, path, depth - 1);
    else if (!entry.isFile()) toFile(bounds, path);
  }
}

/** Names a file by its real path: from here on nothing looks beside it any more. */
export function settle(bounds: Bounds, object: JsonObject): JsonObject {
  const path = pathOf(object);
  if (path === undefined) return object;
  const { listing: _listing, ...rest } = object;
  const { real } = look(bounds, path);
  return { ...rest, path: real, location: pathToFileURL(real).href };
}
