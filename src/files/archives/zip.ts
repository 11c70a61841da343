import { crc32, inflateRaw } from "node:zlib";
import { errorText } from "../../domain/problem.ts";
import {
  type ArchiveBounds,
  type ArchiveFiles,
  archiveFault,
  checkRatio,
  gatherFiles,
  tooLarge,
} from "./archive-files.ts";

/** One file of the central directory (APPNOTE 4.3.12). */
type Entry = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** What Unix keeps of its kind; 0 when another system wrote it. */
  readonly mode: number;
  readonly offset: number;
};

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const fileSignature = 0x04034b50;
const endBytes = 22;
const longestComment = 0xffff;

/**
 * Reads the files of a zip by its central directory. Nothing of it is trusted: a file has the size and the checksum that it
 * says, or the archive is refused, as are links, devices, encryption and what leads out of it. Throws
 * `invalid-parameter-value`, `content-too-large`.
 */
export async function readZip(bytes: Uint8Array, bounds: ArchiveBounds): Promise<ArchiveFiles> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const gathered = gatherFiles(bounds);
  for (const entry of entriesOf(buffer, bounds)) {
    refuseSpecial(entry);
    const path = gathered.pathOf(entry.name);
    if (path === undefined) continue;
    const room = gathered.roomFor(path);
    if (entry.bytes > room) throw tooLarge(`more than ${bounds.maxBytes} bytes in it`);
    gathered.add(path, await contentOf(buffer, entry));
  }
  return gathered.files;
}

function entriesOf(buffer: Buffer, { maxFiles }: ArchiveBounds): readonly Entry[] {
  const end = endOf(buffer);
  const count = buffer.readUInt16LE(end + 10);
  const start = buffer.readUInt32LE(end + 16);
  if (buffer.readUInt16LE(end + 4) !== 0 || count === 0xffff || start === 0xffffffff) {
    throw archiveFault("found a zip in several parts or of more than 4 GiB", "a plain one");
  }
  // Directories are entries, too.
  if (count > 2 * maxFiles) throw tooLarge(`${count} entries`);
  const entries: Entry[] = [];
  for (let at = start; entries.length < count; ) {
    if (at + 46 > end || buffer.readUInt32LE(at) !== entrySignature) throw broken("its list of files");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => buffer.readUInt16LE(at + offset));
    const next = at + 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    if (next > end) throw broken("its list of files");
    entries.push(entryAt(buffer, at, nameBytes ?? 0));
    at = next;
  }
  return entries;
}

function entryAt(buffer: Buffer, at: number, nameBytes: number): Entry {
  const madeBy = buffer.readUInt8(at + 5);
  return {
    name: buffer.toString("utf8", at + 46, at + 46 + nameBytes),
    flags: buffer.readUInt16LE(at + 8),
    method: buffer.readUInt16LE(at + 10),
    crc: buffer.readUInt32LE(at + 16),
    packedBytes: buffer.readUInt32LE(at + 20),
    bytes: buffer.readUInt32LE(at + 24),
    // 3 is Unix, 19 is OS X.
    mode: madeBy === 3 || madeBy === 19 ? buffer.readUInt32LE(at + 38) >>> 16 : 0,
    offset: buffer.readUInt32LE(at + 42),
  };
}

/** The end record stands at the end, before a comment of any length. */
function endOf(buffer: Buffer): number {
  const first = Math.max(0, buffer.length - endBytes - longestComment);
  for (let at = buffer.length - endBytes; at >= first; at -= 1) {
    if (buffer.readUInt32LE(at) === endSignature) return at;
  }
  throw broken("its end");
}

const kindMask = 0o170000;
const kinds: ReadonlyMap<number, string> = new Map([
  [0o120000, "a link"],
  [0o020000, "a device"],
  [0o060000, "a device"],
  [0o010000, "a pipe"],
  [0o140000, "a socket"],
]);

function refuseSpecial({ name, flags, mode }: Entry): void {
  const kind = kinds.get(mode & kindMask);
  if (kind !== undefined) throw archiveFault(`found "${name}", which is ${kind}`, "files and directories");
  if ((flags & 1) !== 0) throw archiveFault(`found "${name}", which is encrypted`, "files that can be read");
}

async function contentOf(buffer: Buffer, entry: Entry): Promise<Uint8Array> {
  const { name, offset, packedBytes, bytes, method } = entry;
  if (offset + 30 > buffer.length || buffer.readUInt32LE(offset) !== fileSignature) throw broken(`file "${name}"`);
  const start = offset + 30 + buffer.readUInt16LE(offset + 26) + buffer.readUInt16LE(offset + 28);
  if (start + packedBytes > buffer.length) throw broken(`file "${name}"`);
  const packed = buffer.subarray(start, start + packedBytes);
  checkRatio(packedBytes, bytes);
  if (method !== 0 && method !== 8) throw archiveFault(`found "${name}" in coding ${method}`, "deflate, or none");
  const content = method === 0 ? Buffer.from(packed) : await inflated(packed, entry);
  if (content.length !== bytes || crc32(content) !== entry.crc) throw broken(`file "${name}"`);
  return content;
}

/** Unpacks a file in another thread, and never more of it than it says. */
function inflated(packed: Buffer, { name, bytes }: Entry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    inflateRaw(packed, { maxOutputLength: Math.max(1, bytes) }, (error, content) => {
      if (error === null) resolve(content);
      else reject(archiveFault(`found file "${name}" broken (${errorText(error)})`, "a whole zip", error));
    });
  });
}

function broken(what: string) {
  return archiveFault(`found ${what} missing or broken`, "a whole zip");
}
