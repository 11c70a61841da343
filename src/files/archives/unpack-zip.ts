import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { readPart } from "../disk/open-regular.ts";
import { refuseArchive, type Unpacking } from "./archive-entries.ts";

/** The end of an archive with the longest comment. */
const endBytes = 22 + 65_535;
const maxDirectoryBytes = 64 * 2 ** 20;
const pieceBytes = 256 * 1024;

/** Reads a zip archive (APPNOTE 6.3.10, stored and deflated, ZIP64) by its central directory, and hands over what it holds. */
export async function unpackZip(path: string, into: Unpacking): Promise<void> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const directory = await findDirectory(file, size);
  if (directory.bytes > maxDirectoryBytes || directory.offset + directory.bytes > size) throw damaged();
  const bytes = await readPart(file, directory.offset, directory.bytes);
  let at = 0;
  for (let index = 0; index < directory.count; index += 1) {
    const entry = readEntry(bytes, at);
    at = entry.next;
    if (entry.name.endsWith("/")) await into.directory(entry.name);
    else await into.file(entry.name, contents(file, entry));
  }
}

type Directory = { readonly offset: number; readonly bytes: number; readonly count: number };

async function findDirectory(file: FileHandle, size: number): Promise<Directory> {
  const begin = Math.max(0, size - endBytes);
  const end = await readPart(file, begin, size - begin);
  const at = end.lastIndexOf(Buffer.from("PK\x05\x06"));
  if (at < 0 || at + 22 > end.byteLength) throw damaged();
  const short = {
    count: end.readUInt16LE(at + 10),
    bytes: end.readUInt32LE(at + 12),
    offset: end.readUInt32LE(at + 16),
  };
  const isLarge = short.count === 0xffff || short.bytes === 0xffff_ffff || short.offset === 0xffff_ffff;
  const locator = at - 20;
  if (!isLarge || locator < 0 || end.toString("latin1", locator, locator + 4) !== "PK\x06\x07") return short;
  const large = await readPart(file, numberAt(end, locator + 8), 56);
  if (large.toString("latin1", 0, 4) !== "PK\x06\x06" || large.byteLength < 56) throw damaged();
  return { count: numberAt(large, 32), bytes: numberAt(large, 40), offset: numberAt(large, 48) };
}

type Entry = {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  /** Where the next one begins in the directory. */
  readonly next: number;
};

function readEntry(bytes: Buffer, at: number): Entry {
  if (at + 46 > bytes.byteLength || bytes.toString("latin1", at, at + 4) !== "PK\x01\x02") throw damaged();
  const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
  const next = extraEnd + bytes.readUInt16LE(at + 32);
  if (next > bytes.byteLength) throw damaged();
  const name = bytes.toString("utf8", at + 46, nameEnd);
  const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
  if ((flags & 1) !== 0) throw refuseArchive(`"${name}", which is encrypted`, "files without a password");
  if (method !== 0 && method !== 8)
    throw refuseArchive(`"${name}", packed by method ${method}`, "stored or deflated files");
  // Only what was made on Unix says more than the name.
  const kind = bytes.readUInt8(at + 5) === 3 ? bytes.readUInt16LE(at + 40) & 0o170000 : 0;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) {
    throw refuseArchive(`"${name}", which is a link or a device`, "files and directories");
  }
  const short = {
    size: bytes.readUInt32LE(at + 24),
    packed: bytes.readUInt32LE(at + 20),
    offset: bytes.readUInt32LE(at + 42),
  };
  return { name, method, crc: bytes.readUInt32LE(at + 16), next, ...largeOf(bytes.subarray(nameEnd, extraEnd), short) };
}

type Numbers = Pick<Entry, "size" | "packed" | "offset">;

/** What does not fit into 32 bits stands in the extra field 1, in this order. */
function largeOf(extra: Buffer, short: Numbers): Numbers {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let place = at + 4;
    const whole = (value: number) => {
      if (value !== 0xffff_ffff) return value;
      if (place + 8 > extra.byteLength) throw damaged();
      place += 8;
      return numberAt(extra, place - 8);
    };
    return { size: whole(short.size), packed: whole(short.packed), offset: whole(short.offset) };
  }
  return short;
}

async function* contents(file: FileHandle, entry: Entry): AsyncGenerator<Uint8Array, void, void> {
  const head = await readPart(file, entry.offset, 30);
  if (head.byteLength < 30 || head.toString("latin1", 0, 4) !== "PK\x03\x04") throw damaged();
  const begin = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const packed = packedBytes(file, begin, entry.packed);
  const inflate = createInflateRaw();
  const source = Readable.from(packed);
  if (entry.method === 8) source.on("error", (error) => inflate.destroy(error));
  let [crc, size] = [0, 0];
  try {
    for await (const piece of entry.method === 8 ? source.pipe(inflate) : packed) {
      const bytes = Buffer.from(piece);
      size += bytes.byteLength;
      if (size > entry.size) throw refuseArchive(`"${entry.name}", which is larger than it says`, "a whole archive");
      crc = crc32(bytes, crc);
      yield bytes;
    }
  } finally {
    source.destroy();
    inflate.destroy();
  }
  if (crc !== entry.crc || size !== entry.size) {
    throw refuseArchive(`"${entry.name}", whose bytes are not those that were packed`, "a whole archive");
  }
}

async function* packedBytes(file: FileHandle, begin: number, length: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < length; at += pieceBytes) {
    const wanted = Math.min(pieceBytes, length - at);
    const piece = await readPart(file, begin + at, wanted);
    yield piece;
    if (piece.byteLength < wanted) throw damaged();
  }
}

function numberAt(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
  return Number(value);
}

function damaged() {
  return refuseArchive("a zip archive that is damaged", "a whole one");
}
