import { constants, readlinkSync, type Stats } from "node:fs";
import { type FileHandle, open, readdir, realpath } from "node:fs/promises";
import { Problem } from "../../domain/problem.ts";
import { hasCode } from "./file-errors.ts";

/** Tells whether a real path (symlinks resolved) may be read. */
export type MayRead = (realPath: string) => boolean;

/** A regular file that is open for reading: what its name leads to may change, this does not. */
export type RegularFile = AsyncDisposable & {
  readonly handle: FileHandle;
  /** Where it really lies. */
  readonly path: string;
  readonly facts: Stats;
};

/** Neither a link at the end nor a pipe that nobody writes to can hold the opening up. */
const carefully = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What the kernel answers for a name that cannot be opened as a file, whoever asks. */
const unreadable = ["EACCES", "ELOOP", "ENAMETOOLONG", "ENODEV", "ENOENT", "ENOTDIR", "ENXIO", "EPERM"] as const;

/**
 * Opens a file that somebody else had named or made. Links are followed first; what is then opened must be a regular
 * file, and lie where `mayRead` allows: where it really lies is asked of the open file, so that nothing can be put in
 * its place meanwhile. Throws `job-failed` saying what was found instead.
 */
export async function openRegular(path: string, mayRead: MayRead = () => true): Promise<RegularFile> {
  const handle = await openReal(path, carefully);
  try {
    const facts = await handle.stat();
    const place = placeOf(handle);
    if (!mayRead(place)) throw refuse(path, "one that leads elsewhere");
    if (!facts.isFile()) throw refuse(path, kindOf(facts));
    return { handle, path: place, facts, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a file that somebody else had named or made, at most `maxBytes` of it. Throws as `openRegular` does. */
export async function readRegular(path: string, mayRead?: MayRead, maxBytes?: number): Promise<Buffer> {
  await using file = await openRegular(path, mayRead);
  if (maxBytes === undefined) return await file.handle.readFile();
  return await readPart(file.handle, 0, Math.min(maxBytes, file.facts.size));
}

/**
 * Reads a file of the service's own where a tool without a sandbox may have put something else: what is no regular file
 * counts as missing, and nothing is waited for. Undefined when there is none.
 */
export async function readOwn(path: string): Promise<string | undefined> {
  try {
    await using handle = await open(path, carefully);
    return (await handle.stat()).isFile() ? await handle.readFile("utf8") : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO")) return undefined;
    throw error;
  }
}

/** Reads a part of an open file; less of it where the file ends before. */
export async function readPart(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** A directory that is open, whatever its name leads to by now. */
export type OpenDirectory = AsyncDisposable & {
  /** Where it really lies. */
  readonly path: string;
  /** A path to the open directory itself: names are joined to it. */
  readonly way: string;
  readonly names: readonly string[];
};

/** Opens a directory that somebody else had named or made, and lists it. Throws as `openRegular` does. */
export async function openDirectory(path: string, mayRead: MayRead = () => true): Promise<OpenDirectory> {
  const handle = await openReal(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  try {
    const place = placeOf(handle);
    if (!mayRead(place)) throw refuse(path, "one that leads elsewhere");
    const way = wayTo(handle);
    const names = (await readdir(way)).toSorted();
    return { path: place, way, names, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A path that leads to what a handle has open, whatever stands under its name. */
export function wayTo(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

async function openReal(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(await realpath(path), flags);
  } catch (error) {
    if (hasCode(error, ...unreadable)) throw refuse(path, wordOf(error), error);
    throw error;
  }
}

/** Tells where what a handle has open really lies. */
export function placeOf(handle: FileHandle): string {
  return readlinkSync(wayTo(handle));
}

function refuse(path: string, found: string, cause?: unknown): Problem {
  return new Problem("job-failed", `Cannot read "${path}": found ${found}, wanted a file or directory of its own`, {
    cause,
  });
}

function kindOf(facts: Stats): string {
  if (facts.isDirectory()) return "a directory";
  if (facts.isFIFO()) return "a pipe";
  if (facts.isSocket()) return "a socket";
  return "neither a file nor a directory";
}

function wordOf(error: unknown): string {
  if (hasCode(error, "ENOENT", "ENOTDIR")) return "nothing there";
  if (hasCode(error, "ENXIO", "ENODEV")) return "neither a file nor a directory";
  if (hasCode(error, "ELOOP")) return "links that lead in a circle";
  return hasCode(error, "ENAMETOOLONG") ? "a path that is too long" : "one that cannot be read";
}
