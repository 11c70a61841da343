import { type ArchiveBounds, type ArchiveFiles, archiveFault, gatherFiles, tooLarge } from "./archive-files.ts";

const blockBytes = 512;

/** What a header says (POSIX.1-2017 pax, "ustar Interchange Format"). */
type Header = { readonly name: string; readonly sizeBytes: number; readonly kind: string };

/** What an extended header says of the next file. */
type Extended = { readonly path?: string; readonly sizeBytes?: number };

/** Kinds that are no file of the package, by what they are called. */
const specialKinds: Readonly<Record<string, string>> = {
  "1": "a link",
  "2": "a link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a sparse file",
};

/**
 * Reads the files of a tar, of ustar, pax and GNU. Links, devices and what leads out of it are refused. Throws
 * `invalid-parameter-value`, `content-too-large`.
 */
export function readTar(bytes: Uint8Array, bounds: ArchiveBounds): ArchiveFiles {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const gathered = gatherFiles(bounds);
  let extended: Extended = {};
  let entries = 0;
  for (let at = 0; at + blockBytes <= buffer.length && buffer[at] !== 0; ) {
    entries += 1;
    // Directories and extended headers are entries, too.
    if (entries > 4 * bounds.maxFiles) throw tooLarge(`more than ${4 * bounds.maxFiles} entries`);
    const header = headerAt(buffer, at);
    const sizeBytes = extended.sizeBytes ?? header.sizeBytes;
    const start = at + blockBytes;
    const content = buffer.subarray(start, start + sizeBytes);
    if (content.length < sizeBytes) throw broken();
    at = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;
    const next = extendedBy(header.kind, content);
    if (next !== undefined) {
      extended = { ...extended, ...next };
      continue;
    }
    const name = extended.path ?? header.name;
    extended = {};
    const special = specialKinds[header.kind];
    if (special !== undefined) throw archiveFault(`found "${name}", which is ${special}`, "files and directories");
    const path = gathered.pathOf(header.kind === "5" ? `${name}/` : name);
    if (path === undefined) continue;
    if (!["", "0", "7"].includes(header.kind)) throw archiveFault(`found "${name}" of kind "${header.kind}"`, "files");
    gathered.roomFor(path);
    gathered.add(path, Buffer.from(content));
  }
  return gathered.files;
}

/** Tells whether bytes begin as a tar does. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= blockBytes && isChecked(Buffer.from(bytes.subarray(0, blockBytes)));
}

function headerAt(buffer: Buffer, at: number): Header {
  const block = buffer.subarray(at, at + blockBytes);
  if (!isChecked(block)) throw broken();
  const prefix = textAt(block, 257, 5) === "ustar" && block[263] === 0x30 ? textAt(block, 345, 155) : "";
  const name = textAt(block, 0, 100);
  const kind = textAt(block, 156, 1);
  return { name: prefix === "" ? name : `${prefix}/${name}`, sizeBytes: numberAt(block, 124, 12), kind };
}

/** The sum of all bytes of a header, its own counted as blanks. */
function isChecked(block: Buffer): boolean {
  const given = /^ *([0-7]{1,8})[ \0]*$/.exec(block.toString("latin1", 148, 156))?.[1];
  if (given === undefined) return false;
  let sum = 8 * 0x20;
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte;
  return Number.parseInt(given, 8) === sum;
}

function textAt(block: Buffer, at: number, length: number): string {
  const text = block.toString("utf8", at, at + length);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** Octal digits; sizes of 8 GiB and more are written in another way, and are refused as too large. */
function numberAt(block: Buffer, at: number, length: number): number {
  if ((block[at] ?? 0) >= 0x80) throw tooLarge("a file of more than 8 GiB");
  const digits = textAt(block, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw broken();
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** Reads an extended header: of pax (x, g) or of GNU (L, K). Undefined for an entry of its own. */
function extendedBy(kind: string, content: Buffer): Extended | undefined {
  switch (kind) {
    case "x":
      return paxOf(content.toString("utf8"));
    case "L":
      return { path: textAt(content, 0, content.length) };
    case "g":
    case "K":
      return {};
    default:
      return undefined;
  }
}

/** Records of `LENGTH NAME=VALUE\n`, whose lengths count bytes. */
function paxOf(text: string): Extended {
  const records = new Map(
    [...text.matchAll(/^\d+ ([^=\n]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value] as const),
  );
  const [path, size] = [records.get("path"), records.get("size")];
  if ([...records.keys()].some((name) => name.startsWith("GNU.sparse"))) {
    throw archiveFault("found a sparse file", "files and directories");
  }
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw broken();
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { sizeBytes: Number(size) }) };
}

function broken() {
  return archiveFault("found a header or the end missing or broken", "a whole tar");
}
