import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifExists } from "./file-errors.ts";
import { wayTo } from "./open-regular.ts";

const asFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const asDirectory = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY;

/**
 * Lets everybody who gets there read what lies at a path, or use it as its owner may: what this process owns, of a
 * directory all that is in it. Who gets there, the directories above decide. No link is followed. Harmless when nothing is there.
 */
export async function openToOthers(path: string, may: "read" | "use"): Promise<void> {
  const facts = await ifExists(lstat(path));
  if (facts === undefined || !(facts.isDirectory() || facts.isFile())) return;
  if (!facts.isDirectory()) {
    if (facts.uid !== process.getuid?.()) return;
    await using file = await openUnlinked(path, asFile);
    if (file !== undefined) await widen(file, may);
    return;
  }
  await using directory = await openUnlinked(path, asDirectory);
  if (directory === undefined) return;
  await widen(directory, may);
  const way = wayTo(directory);
  for (const name of await readdir(way)) await openToOthers(join(way, name), may);
}

/** Undefined when something else has taken its place, or when it belongs to somebody who shows it to nobody. */
async function openUnlinked(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENOENT", "ENOTDIR", "EACCES", "ENXIO")) return undefined;
    throw error;
  }
}

async function widen(handle: FileHandle, may: "read" | "use"): Promise<void> {
  const { uid, mode } = await handle.stat();
  if (uid !== process.getuid?.()) return;
  const own = mode & (may === "read" ? 0o500 : 0o700);
  const wanted = (mode & 0o7777) | (own >> 3) | (own >> 6);
  if (wanted !== (mode & 0o7777)) await handle.chmod(wanted);
}
