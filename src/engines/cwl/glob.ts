import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { hasCode, ifExists } from "../../files/file-errors.ts";
import { type MayRead, openDirectory } from "../../files/open-regular.ts";
import { CwlFailure } from "./failure.ts";

/**
 * Finds the files and directories of a directory that a pattern of POSIX glob(3) names: `*`, `?`, `[a-z]`, `\` before
 * a letter that stands for itself; names that begin with a dot only when the pattern does. Paths relative to the
 * directory, sorted. Throws CwlFailure for a pattern that leaves the directory, and `job-failed` where a directory on
 * the way really lies where `mayRead` does not allow.
 */
export async function findByPattern(directory: string, pattern: string, mayRead?: MayRead): Promise<readonly string[]> {
  const inside = pattern.startsWith(`${directory}/`) ? pattern.slice(directory.length + 1) : pattern;
  const parts = inside.split("/").filter((part) => part !== "" && part !== ".");
  if (inside === directory || parts.length === 0) return pattern === "" ? [] : ["."];
  if (inside.startsWith("/") || parts.includes("..")) {
    throw new CwlFailure(
      `Cannot collect "${pattern}": it leads out of the output directory, expected a pattern inside it`,
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
  part: string,
  mayRead: MayRead | undefined,
): Promise<readonly string[]> {
  const matcher = partMatcher(part);
  if (matcher === undefined) {
    const name = part.replaceAll(/\\(.)/g, "$1");
    return (await isThere(join(at, name))) ? [join(parent, name)] : [];
  }
  const isHiddenWanted = part.startsWith(".");
  return (await namesIn(at, mayRead))
    .filter((name) => (isHiddenWanted || !name.startsWith(".")) && matcher.test(name))
    .map((name) => join(parent, name));
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

/** Turns one part of a pattern into a regular expression; undefined when it is a plain name. */
export function partMatcher(part: string): RegExp | undefined {
  let source = "";
  let isPlain = true;
  for (let at = 0; at < part.length; at += 1) {
    const letter = part[at] ?? "";
    const set = letter === "[" ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(part.slice(at)) : null;
    if (letter === "*" || letter === "?" || set !== null) isPlain = false;
    if (letter === "*") source += "[^]*";
    else if (letter === "?") source += "[^]";
    else if (set !== null) {
      source += `[${set[1] === "" ? "" : "^"}${(set[2] ?? "").replaceAll(/[\\\]^[]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else {
      if (letter === "\\" && at + 1 < part.length) at += 1;
      source += (part[at] ?? "").replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  return isPlain ? undefined : new RegExp(`^${source}$`, "u");
}
