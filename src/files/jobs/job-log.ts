import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import { placeOf, readPart } from "../disk/open-regular.ts";
import { directoryMode, executionLogFile, fileMode, isInside, type Layout } from "../layout.ts";

/** A tool without a sandbox may have put a link or a pipe in a log's place: neither is followed, nor waited for. */
const carefully = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const forAppend = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | carefully;

/**
 * Opens an execution's log for append, and makes it and its directory when they are not there. What is no regular file
 * gives way to a new log.
 */
export async function openJobLog(file: string): Promise<FileHandle> {
  const known = await openLog(file, forAppend);
  if (known !== undefined) return known;
  await mkdir(dirname(file), { recursive: true, mode: directoryMode });
  // Who came at the same moment may have made it, and written into it.
  const made = await openLog(file, forAppend);
  if (made !== undefined) return made;
  await rm(file, { recursive: true, force: true });
  return open(file, forAppend, fileMode);
}

/**
 * Opens a log for reading; undefined when there is none, or something else stands in its place. `within`: the directory
 * that it must really lie in, where a tool may have exchanged those between.
 */
export async function openLogToRead(file: string, within?: string): Promise<FileHandle | undefined> {
  const directory = within === undefined ? undefined : await ifExists(realpath(within));
  if (within !== undefined && directory === undefined) return undefined;
  return openLog(file, constants.O_RDONLY | carefully, directory);
}

/** Opens a log; undefined when there is none, or something else stands in its place. */
async function openLog(file: string, flags: number, directory?: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, flags, fileMode);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EISDIR", "ELOOP", "ENXIO")) return undefined;
    if (hasCode(error, "ENOTDIR") && flags !== forAppend) return undefined;
    throw error;
  }
  let isKept = false;
  try {
    isKept = (await handle.stat()).isFile() && (directory === undefined || isInside(directory, placeOf(handle)));
    return isKept ? handle : undefined;
  } finally {
    if (!isKept) await handle.close();
  }
}

/** Appends lines, given without their line ends, to an execution's log: in one piece, and never in the middle of a line of ours. */
export async function appendJobLog(layout: Layout, executionId: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await using log = await openJobLog(executionLogFile(layout, executionId));
  await log.appendFile(lines.map((line) => `${line}\n`).join(""));
}

/** A part of a log. */
export type JobLogPage = {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** Where the next page begins; equal to `sizeBytes` at the end of what is written so far. */
  readonly nextOffset: number;
  readonly sizeBytes: number;
};

/**
 * Reads at most `limit` bytes of a log from a byte offset on. A page does not end inside a character of UTF-8 unless
 * the limit is shorter than one. Undefined when there is no log, as `openLogToRead` says.
 */
export async function readJobLog(
  file: string,
  page: { readonly offset: number; readonly limit: number },
  within?: string,
): Promise<JobLogPage | undefined> {
  const handle = await openLogToRead(file, within);
  if (handle === undefined) return undefined;
  await using log = handle;
  const { size } = await log.stat();
  const offset = Math.min(Math.max(0, page.offset), size);
  const bytes = wholeCharacters(await readPart(log, offset, Math.min(page.limit, size - offset)));
  return { bytes, offset, nextOffset: offset + bytes.byteLength, sizeBytes: size };
}

/** How much of a log is read at once when its end is looked for, in bytes. */
const blockBytes = 16 * 1024;

/** The last lines of a log, without their line ends, and where they end: `wholeBytes` is the size without a line that is not ended yet. */
export type LogTail = { readonly lines: readonly string[]; readonly sizeBytes: number; readonly wholeBytes: number };

/**
 * Reads the last lines of a log, and at most `maxBytes` of them (256 KiB when not given: a tool may write no line end at
 * all). Undefined when there is no log.
 */
export async function tailJobLog(file: string, lineCount: number, maxBytes = 256 * 1024): Promise<LogTail | undefined> {
  const handle = await openLogToRead(file);
  if (handle === undefined) return undefined;
  await using log = handle;
  const { size } = await log.stat();
  const floor = Math.max(0, size - maxBytes);
  let from = size;
  let tail: Uint8Array = new Uint8Array();
  // One line end more than lines: the one before the first of them, or the last one of the file.
  while (from > floor && lineEnds(tail) <= lineCount) {
    const start = Math.max(floor, from - blockBytes);
    tail = Buffer.concat([await readPart(log, start, from - start), tail]);
    from = start;
  }
  const lines = Buffer.from(tail).toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const unended = tail.byteLength - (tail.lastIndexOf(0x0a) + 1);
  return { lines: lineCount > 0 ? lines.slice(-lineCount) : [], sizeBytes: size, wholeBytes: size - unended };
}

function lineEnds(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
}

/** Leaves out a character at the end that is cut, unless nothing else is there. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.byteLength); back += 1) {
    const byte = bytes[bytes.byteLength - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    const kept = bytes.subarray(0, bytes.byteLength - back);
    return length > back && kept.byteLength > 0 ? kept : bytes;
  }
  return bytes;
}
