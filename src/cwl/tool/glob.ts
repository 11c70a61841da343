import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { hasCode, ifExists } from "../../files/disk/file-errors.ts";
import { type MayRead, openDirectory } from "../../files/disk/open-regular.ts";
import { CwlFailure } from "../values/failure.ts";
import { type GlobPart, parseGlob } from "./glob-pattern.ts";

/**
 * Finds the files and directories of a directory that a pattern of POSIX glob(3) names; names that begin with a dot only
 * when the pattern does. Paths relative to the directory, sorted. Throws CwlFailure for a pattern that leaves the
 * directory, or is longer than a path can be, and `job-failed` where a directory on the way really lies where `mayRead`
 * does not allow.
 */
export async function findByPattern(directory: string, pattern: string, mayRead?: MayRead): Promise<readonly string[]> {
  const inside = pattern.startsWith(`${directory}/`) ? pattern.slice(directory.length + 1) : pattern;
  const parts = parseGlob(inside);
  if (inside === directory || parts.length === 0) return pattern === "" ? [] : ["."];
  if (inside.startsWith("/") || parts.some((part) => part.kind === "name" && part.name === "..")) {
    throw new CwlFailure(
      `Cannot collect "${pattern}": it leads out of the output directory, wanted a pattern inside it`,
    );
  }
  let found: readonly string[] = [""];
  for (const part of parts) {
    const next = await Promise.all(found.map((parent) => findPart(join(directory, parent), parent, part, mayRead)));
    found = next.flat();
  }
  return found.toSorted();
}

async function findPart(
  at: string,
  parent: string,
  part: GlobPart,
  mayRead: MayRead | undefined,
): Promise<readonly string[]> {
  if (part.kind === "name") return (await isThere(join(at, part.name))) ? [join(parent, part.name)] : [];
  return (await namesIn(at, mayRead)).filter(part.matches).map((name) => join(parent, name));
}

/** What cannot be opened holds nothing that a pattern names, as for glob(3). */
async function namesIn(directory: string, mayRead: MayRead | undefined): Promise<readonly string[]> {
  try {
    await using open = await openDirectory(directory, mayRead);
    return open.names;
  } catch (error) {
    if (error instanceof Problem && error.cause !== undefined) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await ifExists(lstat(path))) !== undefined;
  } catch (error) {
    if (hasCode(error, "EACCES", "ELOOP", "ENAMETOOLONG")) return false;
    throw error;
  }
}
