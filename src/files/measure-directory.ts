import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "./file-errors.ts";

/** The unit that the kernel counts what a file takes of the disk in. */
const blockBytes = 512;

/** Adds up what a directory takes of the disk, with all below it, in bytes; holes of files do not count. */
export async function measureDirectory(directory: string): Promise<number> {
  let bytes = 0;
  // Files come and go while a tool writes.
  for (const entry of (await ifExists(readdir(directory, { withFileTypes: true }))) ?? []) {
    const path = join(directory, entry.name);
    const facts = await ifExists(lstat(path));
    bytes += (facts?.blocks ?? 0) * blockBytes;
    if (entry.isDirectory()) bytes += await measureDirectory(path);
  }
  return bytes;
}
