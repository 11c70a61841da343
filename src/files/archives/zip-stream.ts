import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

/** A file of an archive. `name` has slashes; `open` gives its bytes or where they lie, undefined when they are gone. */
export type ZipEntry = {
  readonly name: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<string | Uint8Array | undefined>;
};

/**
 * Writes a zip archive while it is read: nothing is held but a piece of one file. Sizes and checksums stand after each file, as they
 * are known then; what is larger than 4 GiB is written as ZIP64 (APPNOTE 6.3.10, 4.3). All entries have one time, `at` in
 * milliseconds since 1970, written in UTC, so that the same files are the same archive; without it, 1980-01-01. `sumsName` names one
 * more entry with the SHA-256 of all others, as `sha256sum --check` reads it.
 */
export function zipStream(
  entries: readonly ZipEntry[],
  { at = firstDay, sumsName }: { readonly at?: number; readonly sumsName?: string } = {},
): ReadableStream<Uint8Array> {
  const pieces = archive(entries, dosTime(at), sumsName);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/** The first day that an archive can say. */
const firstDay = Date.UTC(1980, 0, 1);
const lastDay = Date.UTC(2107, 11, 31);

/** Gives the time and the date of entries (APPNOTE 4.4.6): two numbers of 16 bits, to two seconds. */
function dosTime(at: number): readonly [number, number] {
  const time = new Date(Math.min(lastDay, Math.max(firstDay, at)));
  const day = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  return [(time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1), day];
}

/** Where an entry begins, and what its bytes turned out to be. */
type Written = {
  readonly name: Buffer;
  readonly offset: number;
  readonly isLarge: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
};

/** From so many bytes on, 32 bits do not hold the sizes of an entry for sure: packed bytes may be some more. */
const largeBytes = 0xf000_0000;
const most32 = 0xffff_ffff;
const most16 = 0xffff;

async function* archive(
  entries: readonly ZipEntry[],
  time: readonly [number, number],
  sumsName: string | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  let offset = 0;
  const written: Written[] = [];
  const sums: string[] = [];
  for (const entry of [...entries, ...(sumsName === undefined ? [] : [sumsEntry(sumsName, sums)])]) {
    const name = Buffer.from(entry.name);
    const isLarge = entry.sizeBytes >= largeBytes;
    const head = localHead(name, isLarge, time);
    yield head;
    const sizes = { crc: 0, packed: 0, size: 0, hash: createHash("sha256") };
    yield* packedBytes(entry, sizes);
    if (sumsName !== undefined) sums.push(sumLine(entry.name, sizes.hash.digest("hex")));
    const end = descriptor(sizes, isLarge);
    yield end;
    const { crc, packed, size } = sizes;
    written.push({ name, offset, isLarge, crc, packed, size });
    offset += head.byteLength + sizes.packed + end.byteLength;
  }
  let directoryBytes = 0;
  for (const one of written) {
    const head = centralHead(one, time);
    directoryBytes += head.byteLength;
    yield head;
  }
  yield ending(written.length, offset, directoryBytes);
}

/** The entry with what is in `lines` when all others are written. */
function sumsEntry(name: string, lines: readonly string[]): ZipEntry {
  return { name, sizeBytes: 0, open: () => Promise.resolve(new TextEncoder().encode(lines.join(""))) };
}

/** Writes a line as coreutils do: a name with a line break or a backslash is escaped, and a backslash before the sum says so. */
function sumLine(name: string, sum: string): string {
  const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `${escaped === name ? "" : "\\"}${sum}  ${escaped}\n`;
}

type Sizes = { crc: number; packed: number; size: number };

async function* packedBytes(
  entry: ZipEntry,
  sizes: Sizes & { readonly hash: Hash },
): AsyncGenerator<Uint8Array, void, void> {
  const opened = await entry.open();
  if (opened === undefined)
    throw new Error(`Cannot pack "${entry.name}": found nothing there, wanted a published file`);
  const source =
    typeof opened === "string" ? createReadStream(opened, { highWaterMark: 64 * 1024 }) : Readable.from([opened]);
  const deflate = createDeflateRaw({ level: 3 });
  source.on("data", (piece) => {
    const bytes = Buffer.from(piece);
    sizes.crc = crc32(bytes, sizes.crc);
    sizes.size += bytes.byteLength;
    sizes.hash.update(bytes);
  });
  source.on("error", (error) => deflate.destroy(error));
  try {
    for await (const piece of source.pipe(deflate)) {
      const bytes = Buffer.from(piece);
      sizes.packed += bytes.byteLength;
      yield bytes;
    }
  } finally {
    source.destroy();
    deflate.destroy();
  }
}

/** Deflated, names in UTF-8, sizes after the bytes. */
const flags = 0x0808;
const method = 8;

function localHead(name: Buffer, isLarge: boolean, time: readonly [number, number]): Uint8Array {
  const extra = isLarge ? Buffer.concat([words16(0x0001, 16), Buffer.alloc(16)]) : Buffer.alloc(0);
  const version = isLarge ? 45 : 20;
  const sizes = isLarge ? words32(0, most32, most32) : words32(0, 0, 0);
  const lengths = words16(name.byteLength, extra.byteLength);
  return Buffer.concat([words32(0x04034b50), words16(version, flags, method, ...time), sizes, lengths, name, extra]);
}

function descriptor({ crc, packed, size }: Sizes, isLarge: boolean): Uint8Array {
  const sizes = isLarge ? words64(packed, size) : words32(packed, size);
  return Buffer.concat([words32(0x08074b50, crc), sizes]);
}

function centralHead(
  { name, offset, isLarge, crc, packed, size }: Written,
  time: readonly [number, number],
): Uint8Array {
  const isFar = offset >= most32;
  const far = [...(isLarge ? [size, packed] : []), ...(isFar ? [offset] : [])];
  const extra = far.length === 0 ? Buffer.alloc(0) : Buffer.concat([words16(0x0001, far.length * 8), words64(...far)]);
  const version = far.length === 0 ? 20 : 45;
  const regularFile = 0o100644 * 2 ** 16;
  return Buffer.concat([
    words32(0x02014b50),
    // Made on Unix.
    words16(0x0300 | version, version, flags, method, ...time),
    words32(crc, isLarge ? most32 : packed, isLarge ? most32 : size),
    words16(name.byteLength, extra.byteLength, 0, 0, 0),
    words32(regularFile, isFar ? most32 : offset),
    name,
    extra,
  ]);
}

function ending(count: number, offset: number, bytes: number): Uint8Array {
  const isLarge = count >= most16 || offset >= most32 || bytes >= most32;
  const large = isLarge
    ? [
        Buffer.concat([words32(0x06064b50), words64(44), words16(0x032d, 45), words32(0, 0)]),
        words64(count, count, bytes, offset),
        Buffer.concat([words32(0x07064b50, 0), words64(offset + bytes), words32(1)]),
      ]
    : [];
  const short = Math.min(count, most16);
  return Buffer.concat([
    ...large,
    words32(0x06054b50),
    words16(0, 0, short, short),
    words32(Math.min(bytes, most32), Math.min(offset, most32)),
    words16(0),
  ]);
}

function words16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt16LE(value, 2 * index);
  return buffer;
}

function words32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}

function words64(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) buffer.writeBigUInt64LE(BigInt(value), 8 * index);
  return buffer;
}
