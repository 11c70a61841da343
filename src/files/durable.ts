import { constants, copyFile, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./file-errors.ts";
import { fileMode } from "./layout.ts";

/** Makes a file's bytes, or a directory's entries, outlive a stop of the machine. */
export async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, "r");
  await handle.sync();
}

/**
 * Gives a file its new name when its bytes are durable. On another file system it is copied, and stays where it was.
 * The new name is durable when the directory is synced, which is the caller's task.
 */
export async function moveFile(source: string, target: string, temporary: string): Promise<"moved" | "copied"> {
  await syncPath(source);
  try {
    await rename(source, target);
    return "moved";
  } catch (error) {
    if (!hasCode(error, "EXDEV")) throw error;
    await copyWhole(source, target, temporary);
    return "copied";
  }
}

/** Copies a file under a temporary name in the target's directory, and renames it when its bytes are durable. */
export async function copyWhole(source: string, target: string, temporary: string): Promise<void> {
  // One that a crash left may be write-protected.
  await rm(temporary, { force: true });
  try {
    // A clone where the file system can make one: no bytes are read then.
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
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
