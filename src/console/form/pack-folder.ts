/** A file of a folder, by its path with slashes from the folder's name on. */
export type FolderFile = { readonly path: string; readonly file: Blob };

type Piece = Blob | Uint8Array<ArrayBuffer>;

const blockBytes = 512;
/** More does not fit into the field of a size: eleven octal digits. */
const mostOctal = 8 ** 11;

/**
 * Packs files as a tar archive (POSIX.1-2017 pax) that is read from their places on disk only while it is sent, however large it
 * is: each is named, and none is in memory.
 */
export function packFolder(files: readonly FolderFile[]): readonly Piece[] {
  return [...files.flatMap(({ path, file }) => entryOf(path, file)), new Uint8Array(2 * blockBytes)];
}

function entryOf(path: string, file: Blob): readonly Piece[] {
  const isPlain = /^[\x20-\x7e]{1,100}$/.test(path);
  const records = [
    ...(isPlain ? [] : [record("path", path)]),
    ...(file.size >= mostOctal ? [record("size", String(file.size))] : []),
  ].join("");
  const about = new TextEncoder().encode(records);
  return [
    ...(records === "" ? [] : [header("pax", about.byteLength, "x"), about, filling(about.byteLength)]),
    header(path, file.size, "0"),
    file,
    filling(file.size),
  ];
}

/** Its length in bytes counts itself. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = new TextEncoder().encode(rest).byteLength;
  let length = bytes + 1;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return `${length}${rest}`;
}

function filling(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

function header(name: string, sizeBytes: number, kind: string): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockBytes);
  const write = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, at: number, digits: number) => write(value.toString(8).padStart(digits, "0"), at);
  // Who reads the record above does not read this.
  write(name.replaceAll(/[^\x20-\x7e]/g, "_").slice(0, 100), 0);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(sizeBytes, mostOctal - 1), 124, 11);
  octal(0, 136, 11);
  write("        ", 148);
  write(kind, 156);
  write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 6);
  write("\u0000 ", 154);
  return block;
}
