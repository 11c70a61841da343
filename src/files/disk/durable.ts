import { constants, copyFile, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { fileMode } from "../layout.ts";
import { hasCode, ifExists } from "./file-errors.ts";
import { type RegularFile, wayTo } from "./open-regular.ts";

/** Writes a file's bytes, or a directory's entries, so that they outlive a stop of the machine. */
export async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, "r");
  await handle.sync();
}

/**
 * Gives an open file, whose bytes are durable, its new name. On another file system it is copied, and stays where it
 * was. The new name is durable when the directory is synced, which is the caller's task. Throws `job-failed` when
 * something else took the file's place meanwhile: that is not published.
 */
export async function moveFile(source: RegularFile, target: string, temporary: string): Promise<"moved" | "copied"> {
  try {
    await rename(source.path, target);
  } catch (error) {
    if (!hasCode(error, "EXDEV")) throw error;
    await copyWhole(source, target, temporary);
    return "copied";
  }
  await requireSame(source, target);
  return "moved";
}

/**
 * Gives an open file, whose bytes are durable, a second name. Throws as the system does where it may have none, else as
 * `moveFile`.
 */
export async function linkFile(source: RegularFile, target: string): Promise<void> {
  try {
    await link(source.path, target);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const found = await ifExists(lstat(target));
    if (found !== undefined && isSame(source, found)) return;
    await rm(target, { force: true });
    await link(source.path, target);
  }
  await requireSame(source, target);
}

async function requireSame(source: RegularFile, target: string): Promise<void> {
  if (isSame(source, await lstat(target))) return;
  await rm(target, { recursive: true, force: true });
  throw new Problem("job-failed", `Cannot publish "${source.path}": something else took its place`);
}

function isSame({ facts }: RegularFile, { ino, dev }: { readonly ino: number; readonly dev: number }): boolean {
  return ino === facts.ino && dev === facts.dev;
}

/** Copies an open file under a temporary name in the target's directory, and renames it when its bytes are durable. */
export async function copyWhole(source: RegularFile, target: string, temporary: string): Promise<void> {
  // One that a crash left may be write-protected.
  await rm(temporary, { force: true });
  try {
    // A clone where the file system can make one: no bytes are read then.
    await copyFile(wayTo(source.handle), temporary, constants.COPYFILE_FICLONE);
    {
      await using handle = await open(temporary, "r");
      await handle.chmod(fileMode);
      await handle.sync();
    }
    await rename(temporary, target);
  } catch (error) {
    // A disk that is full would stay full.
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Lists a path's directory and those above it, up to and with `top`, the lowest first. */
export function directoriesUpTo(top: string, path: string): readonly string[] {
  const directory = dirname(path);
  return directory === top || directory === dirname(directory)
    ? [directory]
    : [directory, ...directoriesUpTo(top, directory)];
}
