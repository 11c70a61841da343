import { existsSync } from "node:fs";
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorText, Problem } from "../../domain/problem.ts";
import { databaseFile, directoryMode, isInside, type Layout } from "../layout.ts";
import { ownedDirectories } from "../orphans.ts";
import { hasCode } from "./file-errors.ts";

/** Creates the directories that are missing. Throws `unavailable` naming the one that cannot be made. */
export async function makeDirectories(layout: Layout): Promise<void> {
  for (const directory of [layout.dataDirectory, ...ownedDirectories(layout)]) {
    try {
      await mkdir(directory, { recursive: true, mode: directoryMode });
    } catch (cause) {
      const detail = `Cannot use directory "${directory}": found ${errorText(cause)}, wanted a directory that this user can write to`;
      throw new Problem("unavailable", detail, { cause });
    }
  }
}

/**
 * Removes what a start that was refused has made of a data directory that did not exist before: nothing of it holds anything.
 * Does nothing when there is a database, or somebody holds the directory by now.
 */
export async function removeNewPlace(layout: Layout): Promise<void> {
  const { dataDirectory } = layout;
  const lock = join(dataDirectory, "heddle.lock");
  if (!existsSync(dataDirectory) || existsSync(databaseFile(layout)) || existsSync(`${lock}.json`)) return;
  await rm(lock, { force: true });
  for (const name of await readdir(dataDirectory)) {
    if (/^heddle-lib-\d+$/.test(name)) await rm(join(dataDirectory, name), { recursive: true });
  }
  for (const directory of [...ownedDirectories(layout), dataDirectory]) await removeWhenEmpty(directory);
}

/** Finds the uppermost directory that would have to be made for this one; undefined when it is there. */
export function firstMissing(directory: string): string | undefined {
  if (existsSync(directory)) return undefined;
  return firstMissing(dirname(directory)) ?? directory;
}

/** Removes a directory and those above it, up to one that was made with it, as far as nothing is in them. */
export async function removeEmpty(directory: string, made: string): Promise<void> {
  for (let at = directory; isInside(made, at); at = dirname(at)) {
    if (!(await removeWhenEmpty(at))) return;
  }
}

async function removeWhenEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR")) throw error;
    return hasCode(error, "ENOENT");
  }
}
