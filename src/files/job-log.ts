import { closeSync, mkdirSync, openSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode, ifExists } from "./file-errors.ts";
import { directoryMode, executionLogFile, fileMode, type Layout } from "./layout.ts";

/** Opens an execution's log for append, and makes it and its directory when they are not there. */
export async function openJobLog(file: string): Promise<FileHandle> {
  try {
    return await open(file, "a", fileMode);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await mkdir(dirname(file), { recursive: true, mode: directoryMode });
    return open(file, "a", fileMode);
  }
}

/** Opens a log for the time in which a tool is started; where thousands are started, waiting for it costs more than it. */
export function openTaskLog(file: string): { readonly fd: number } & Disposable {
  mkdirSync(dirname(file), { recursive: true, mode: directoryMode });
  const fd = openSync(file, "a", fileMode);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
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
 * the limit is shorter than one. Undefined when there is no log.
 */
export async function readJobLog(
  file: string,
  page: { readonly offset: number; readonly limit: number },
): Promise<JobLogPage | undefined> {
  const handle = await ifExists(open(file, "r"));
  if (handle === undefined) return undefined;
  await using log = handle;
  const { size } = await log.stat();
  const offset = Math.min(Math.max(0, page.offset), size);
  const bytes = wholeCharacters(await readRange(log, offset, Math.min(page.limit, size - offset)));
  return { bytes, offset, nextOffset: offset + bytes.byteLength, sizeBytes: size };
}

/** How much of a log is read at once when its end is looked for, in bytes. */
const blockBytes = 16 * 1024;

/**
 * Reads the last lines of a log, without their line ends, and at most `maxBytes` of them (256 KiB when not given: a
 * tool may write no line end at all). Empty when there is no log.
 */
export async function tailJobLog(file: string, lineCount: number, maxBytes = 256 * 1024): Promise<readonly string[]> {
  const handle = await ifExists(open(file, "r"));
  if (handle === undefined) return [];
  await using log = handle;
  const { size } = await log.stat();
  const floor = Math.max(0, size - maxBytes);
  let from = size;
  let tail: Uint8Array = new Uint8Array();
  // One line end more than lines: the one before the first of them, or the last one of the file.
  while (from > floor && lineEnds(tail) <= lineCount) {
    const start = Math.max(floor, from - blockBytes);
    tail = Buffer.concat([await readRange(log, start, from - start), tail]);
    from = start;
  }
  const lines = Buffer.from(tail).toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lineCount > 0 ? lines.slice(-lineCount) : [];
}

async function readRange(log: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.byteLength) {
    const { bytesRead } = await log.read(buffer, filled, buffer.byteLength - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
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
