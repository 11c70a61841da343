import { createReadStream } from "node:fs";

/** A part of an archive: a directory, or a file whose bytes lie at `path`. `name` has slashes. */
export type TarEntry = {
  readonly name: string;
  readonly file?: { readonly path: string; readonly sizeBytes: number };
};

const blockBytes = 512;

/** More does not fit into the field of a size: twelve octal digits. */
const mostOctal = 8 ** 11;

/**
 * Writes a tar archive piece by piece (POSIX.1-2017 pax). Nothing is packed tighter: whoever bounds how far an archive may grow takes it.
 * Throws when a file is not of the size that its entry says.
 */
export async function* tarStream(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array, void, void> {
  for (const { name, file } of entries) {
    const whole = file === undefined ? `${name}/` : name;
    const sizeBytes = file?.sizeBytes ?? 0;
    const records = [
      ...(Buffer.byteLength(whole) > 100 || !isAscii(whole) ? [record("path", whole)] : []),
      ...(sizeBytes >= mostOctal ? [record("size", String(sizeBytes))] : []),
    ];
    if (records.length > 0) {
      const content = Buffer.concat(records);
      yield header("pax", content.byteLength, "x");
      yield padded(content);
    }
    yield header(whole, sizeBytes, file === undefined ? "5" : "0");
    if (file !== undefined) yield* bytesOf(name, file);
  }
  yield Buffer.alloc(2 * blockBytes);
}

async function* bytesOf(
  name: string,
  { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
): AsyncGenerator<Uint8Array, void, void> {
  let left = sizeBytes;
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes = Buffer.from(piece);
    left -= bytes.byteLength;
    if (left < 0) break;
    yield bytes;
  }
  if (left !== 0)
    throw new Error(`Cannot pack "${name}": found another size than before, wanted a file that stays as it is`);
  yield Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Its length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.byteLength + 1;
  while (String(length).length + rest.byteLength !== length) length = String(length).length + rest.byteLength;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.byteLength % blockBytes)) % blockBytes)]);
}

function header(name: string, sizeBytes: number, kind: string): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number) => block.write(value.toString(8).padStart(digits, "0"), at);
  block.write(name.slice(0, 100), 0, 100, "latin1");
  octal(kind === "5" ? 0o755 : 0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(sizeBytes, mostOctal - 1), 124, 11);
  octal(0, 136, 11);
  block.write("        ", 148);
  block.write(kind, 156);
  block.write("ustar\u000000", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block.write("\u0000 ", 154, "latin1");
  return block;
}
