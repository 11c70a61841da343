import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { refuseArchive, type Unpacking } from "./archive-entries.ts";

const blockBytes = 512;
/** Longer headers of extended names hold no names. */
const maxExtendedBytes = 64 * 1024;

/** Reads a tar archive (POSIX ustar with pax headers, GNU long names), packed by gzip or not, and hands over what it holds. */
export async function unpackTar(path: string, into: Unpacking, isPacked: boolean): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const gunzip = isPacked ? createGunzip() : undefined;
  if (gunzip !== undefined) file.on("error", (error) => gunzip.destroy(error));
  try {
    await readEntries(createReader(gunzip === undefined ? file : file.pipe(gunzip)), into);
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
}

/** What a header before says of the next entry. */
type Extended = { readonly name?: string; readonly size?: number };

async function readEntries(reader: Reader, into: Unpacking): Promise<void> {
  let extended: Extended = {};
  for (;;) {
    const block = await reader.take(blockBytes);
    // Two empty blocks end an archive, and so does its end.
    if (block === undefined || block.every((byte) => byte === 0)) return;
    const head = readHead(block);
    const size = extended.size ?? head.size;
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (head.type === "x" || head.type === "L" || head.type === "g") {
      if (size > maxExtendedBytes) throw refuseArchive(`a header of ${size} bytes`, `at most ${maxExtendedBytes}`);
      const bytes = await reader.take(size);
      if (bytes === undefined) throw cut();
      if (head.type === "x") extended = { ...extended, ...paxOf(bytes) };
      if (head.type === "L") extended = { ...extended, name: textOf(bytes) };
    } else {
      const name = extended.name ?? head.name;
      extended = {};
      if (head.type === "5") await into.directory(name);
      else if (head.type === "0" || head.type === "\0" || head.type === "7") await into.file(name, reader.pieces(size));
      else throw refuseArchive(`"${name}", which is ${kindOf(head.type)}`, "files and directories");
    }
    if (padding > 0 && (await reader.take(padding)) === undefined) throw cut();
  }
}

function readHead(block: Buffer): { readonly name: string; readonly size: number; readonly type: string } {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (numberOf(block.subarray(148, 156)) !== sum) throw refuseArchive("a header that is damaged", "a tar archive");
  const prefix = block.toString("latin1", 257, 262) === "ustar" ? textOf(block.subarray(345, 500)) : "";
  const own = textOf(block.subarray(0, 100));
  return {
    name: prefix === "" ? own : `${prefix}/${own}`,
    size: numberOf(block.subarray(124, 136)),
    type: block.toString("latin1", 156, 157),
  };
}

/** Octal text; in base 256 where a number is too large for it, which GNU tar writes. */
function numberOf(bytes: Buffer): number {
  if (((bytes[0] ?? 0) & 0x80) !== 0) {
    const value = bytes.subarray(1).reduce((total, byte) => total * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
  }
  const text = textOf(bytes).trim();
  if (!/^[0-7]*$/.test(text)) throw refuseArchive("a header that is damaged", "a tar archive");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.byteLength : end);
}

/** Records `<length> <key>=<value>\n`. */
function paxOf(bytes: Buffer): Extended {
  let found: Extended = {};
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    if (space < 0 || !Number.isInteger(length) || length < 5)
      throw refuseArchive("a pax header that is damaged", "a tar archive");
    const [, key, value = ""] = /^([^=]*)=([\s\S]*)\n$/.exec(bytes.toString("utf8", space + 1, at + length)) ?? [];
    if (key === "path") found = { ...found, name: value };
    if (key === "size" && /^\d{1,15}$/.test(value)) found = { ...found, size: Number(value) };
    at += length;
  }
  return found;
}

function kindOf(type: string): string {
  if (type === "1") return "a link to another file";
  if (type === "2") return "a symbolic link";
  return type === "3" || type === "4" || type === "6" ? "a device or a pipe" : `of the unknown kind "${type}"`;
}

function cut() {
  return refuseArchive("an archive that ends early", "a whole one");
}

type Reader = {
  /** The next bytes; undefined when there are not so many. */
  take(length: number): Promise<Buffer | undefined>;
  /** The next bytes, piece by piece; throws when there are not so many. */
  pieces(length: number): AsyncGenerator<Buffer, void, void>;
};

function createReader(stream: AsyncIterable<unknown>): Reader {
  const source = stream[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const more = async () => {
    const next = await source.next();
    if (next.done === true) return false;
    const piece = next.value;
    if (!(piece instanceof Uint8Array)) throw new Error("Cannot read an archive: found no bytes");
    held = held.byteLength === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    return true;
  };
  const cutOff = (length: number) => {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
  return {
    async take(length) {
      while (held.byteLength < length) if (!(await more())) return undefined;
      return cutOff(length);
    },
    async *pieces(length) {
      for (let left = length; left > 0; ) {
        if (held.byteLength === 0 && !(await more())) throw cut();
        const piece = cutOff(Math.min(left, held.byteLength));
        left -= piece.byteLength;
        yield piece;
      }
    },
  };
}
