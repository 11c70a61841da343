import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifExists } from "./file-errors.ts";

/** The unit that the kernel counts what a file takes of the disk in. */
const blockBytes = 512;

/** Longer paths are not handed to the kernel, in bytes: it takes up to 4096, with a name of up to 255. */
const longestPath = 3000;
/** A directory is opened anew so often on the way down; what lies below is in no tree that somebody works with. */
const mostOpened = 16;

/**
 * Adds up what a directory takes of the disk, with all below it, in bytes; holes of files do not count, nor what nobody may look into.
 * What lies deeper than about 48,000 letters of its path counts as `beyond`.
 */
export function measureDirectory(directory: string, beyond = 0): Promise<number> {
  return measureBelow(directory, { beyond, opened: 0 });
}

type Way = { readonly beyond: number; readonly opened: number };

async function measureBelow(directory: string, way: Way): Promise<number> {
  if (Buffer.byteLength(directory) > longestPath) return measureDeep(directory, way);
  let bytes = 0;
  // Files come and go while a tool writes.
  for (const entry of (await ifAllowed(readdir(directory, { withFileTypes: true }))) ?? []) {
    const path = join(directory, entry.name);
    const facts = await ifAllowed(lstat(path));
    bytes += (facts?.blocks ?? 0) * blockBytes;
    if (entry.isDirectory()) bytes += await measureBelow(path, way);
  }
  return bytes;
}

/** Goes on below a directory whose path is long, by a short one. */
async function measureDeep(directory: string, { beyond, opened }: Way): Promise<number> {
  if (opened === mostOpened) return beyond;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const handle = await ifAllowed(open(directory, flags));
  if (handle === undefined) return 0;
  await using there = handle;
  return await measureBelow(`/proc/self/fd/${there.fd}`, { beyond, opened: opened + 1 });
}

/** Waits for a look at the disk: undefined where nothing is any more, and for what a tool left closed. */
async function ifAllowed<Found>(look: Promise<Found>): Promise<Found | undefined> {
  try {
    return await ifExists(look);
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ELOOP")) return undefined;
    throw error;
  }
}
