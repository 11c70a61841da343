import { constants } from "node:fs";
import { chmod, copyFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { directoryMode } from "../layout.ts";
import { type MayRead, openDirectory, openRegular, wayTo } from "./open-regular.ts";

/** Directories in directories that are copied at most. */
const maxDepth = 200;

/**
 * Copies a file, or a directory with all that is in it, to a place where nothing is yet; links are followed where
 * `mayRead` allows what they lead to. The copy may be written to. Throws `job-failed` for what is neither a file nor a
 * directory, leads elsewhere, or goes deeper than anyone could mean.
 */
export async function copyTree(source: string, target: string, mayRead?: MayRead): Promise<void> {
  await copyBelow(source, target, mayRead, maxDepth);
}

async function copyBelow(source: string, target: string, mayRead: MayRead | undefined, depth: number): Promise<void> {
  if (!(await stat(source)).isDirectory()) return copyRegular(source, target, mayRead);
  if (depth === 0) {
    throw new Problem("job-failed", `Cannot copy "${source}": found more than ${maxDepth} directories in each other`);
  }
  await using directory = await openDirectory(source, mayRead);
  await mkdir(target, { recursive: true, mode: directoryMode });
  for (const name of directory.names) {
    await copyBelow(join(directory.path, name), join(target, name), mayRead, depth - 1);
  }
}

/** Copies a file from what was opened; a clone where the file system can make one. */
export async function copyRegular(source: string, target: string, mayRead?: MayRead): Promise<void> {
  await using file = await openRegular(source, mayRead);
  await copyFile(wayTo(file.handle), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  // Write-protected sources make no copy that nobody may change.
  await chmod(target, (file.facts.mode & 0o777) | 0o600);
}
