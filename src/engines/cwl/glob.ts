import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "../../files/file-errors.ts";
import { CwlFailure } from "./failure.ts";
import { type GlobPart, parseGlob } from "./glob-pattern.ts";

/**
 * Finds the files and directories of a directory that a pattern of POSIX glob(3) names; names that begin with a dot only
 * when the pattern does. Paths relative to the directory, sorted. Throws CwlFailure for a pattern that leaves the
 * directory, or is longer than a path can be.
 */
export async function findByPattern(directory: string, pattern: string): Promise<readonly string[]> {
  const inside = pattern.startsWith(`${directory}/`) ? pattern.slice(directory.length + 1) : pattern;
  const parts = parseGlob(inside);
  if (inside === directory || parts.length === 0) return pattern === "" ? [] : ["."];
  if (inside.startsWith("/") || parts.some((part) => part.kind === "name" && part.name === "..")) {
    throw new CwlFailure(
      `Cannot collect "${pattern}": it leads out of the output directory, expected a pattern inside it`,
    );
  }
  let found: readonly string[] = [""];
  for (const part of parts) {
    const next = await Promise.all(found.map((parent) => findPart(directory, parent, part)));
    found = next.flat();
  }
  return found.toSorted();
}

async function findPart(directory: string, parent: string, part: GlobPart): Promise<readonly string[]> {
  const at = join(directory, parent);
  if (part.kind === "name") {
    return (await ifExists(lstat(join(at, part.name)))) === undefined ? [] : [join(parent, part.name)];
  }
  const names = (await ifExists(readdir(at))) ?? [];
  return names.filter(part.matches).map((name) => join(parent, name));
}
