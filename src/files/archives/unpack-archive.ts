import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "../disk/file-errors.ts";
import { directoryMode, fileMode, isPlainName } from "../layout.ts";
import { refuseArchive, type Unpacking } from "./archive-entries.ts";
import { unpackTar } from "./unpack-tar.ts";
import { unpackZip } from "./unpack-zip.ts";

/** The kinds of archives that are unpacked. */
export type ArchiveKind = "zip" | "tar" | "gzip";

export type UnpackOptions = {
  /** The most that all files may hold, in bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
};

const maxEntries = 100_000;
const maxNameLength = 1024;
/** What packs better than this is made to fill a disk. Small archives are small however they are packed. */
const maxRatio = 200;
const freeBytes = 64 * 2 ** 20;

/** The first bytes of a zip archive, and of one without files. */
const zipSigns: readonly string[] = ["PK\u0003\u0004", "PK\u0005\u0006"];

/** Tells the kind of an archive by its first bytes; undefined for any other file. */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  await using file = await open(path, "r");
  const head = Buffer.alloc(262);
  const { bytesRead } = await file.read(head, 0, head.byteLength, 0);
  if (zipSigns.includes(head.toString("latin1", 0, 4))) return "zip";
  if (bytesRead > 2 && head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head.toString("latin1", 257, 262) === "ustar" ? "tar" : undefined;
}

/**
 * Unpacks an archive into a directory, which is made anew. Only files and directories are made, all of them inside: an archive with
 * anything else is refused as a whole, and nothing of it stays. Throws `invalid-parameter-value` that says what was found.
 */
export async function unpackArchive(
  path: string,
  kind: ArchiveKind,
  directory: string,
  { maxBytes, signal }: UnpackOptions,
): Promise<void> {
  const { size } = await stat(path);
  const most = Math.min(maxBytes, Math.max(freeBytes, size * maxRatio));
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: directoryMode });
  try {
    const into = unpackInto(directory, most, signal);
    if (kind === "zip") await unpackZip(path, into);
    else await unpackTar(path, into, kind === "gzip");
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw hasCode(error, "Z_DATA_ERROR", "Z_BUF_ERROR", "ERR_TRAILING_JUNK_AFTER_STREAM_END")
      ? refuseArchive("packed bytes that are damaged", "a whole archive")
      : error;
  }
}

function unpackInto(top: string, maxBytes: number, signal: AbortSignal | undefined): Unpacking {
  const left = { entries: maxEntries, bytes: maxBytes };
  const count = () => {
    signal?.throwIfAborted();
    left.entries -= 1;
    if (left.entries < 0) throw refuseArchive(`more than ${maxEntries} entries`, "fewer");
  };
  return {
    signal,
    async directory(name) {
      count();
      await makeDirectory(join(top, ...partsOf(name)), name);
    },
    async file(name, bytes) {
      count();
      const parts = partsOf(name);
      if (parts.length === 0) throw refuseArchive(`a file of the name "${name}"`, "one with a name");
      const path = join(top, ...parts);
      await makeDirectory(dirname(path), name);
      await using file = await openNew(path, name);
      for await (const piece of bytes) {
        signal?.throwIfAborted();
        left.bytes -= piece.byteLength;
        if (left.bytes < 0) throw refuseArchive(`more than ${maxBytes} bytes when unpacked`, "at most so many");
        await file.writeFile(piece);
      }
    },
  };
}

/** The names of a path inside the archive. Throws for one that would lead out of it. */
function partsOf(name: string): readonly string[] {
  const wanted = "relative names without ..";
  if (name.length > maxNameLength)
    throw refuseArchive(`a name of ${name.length} characters`, `at most ${maxNameLength}`);
  if (/^(?:[/\\]|[a-z]:)/i.test(name)) throw refuseArchive(`the absolute name "${name}"`, wanted);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || /(?:^|\\)\.\.(?:\\|$)/.test(name)) throw refuseArchive(`the name "${name}"`, wanted);
  if (!parts.every(isPlainName) || !name.isWellFormed()) throw refuseArchive(`the name "${name}"`, "plain names");
  return parts;
}

async function makeDirectory(path: string, name: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: directoryMode });
  } catch (error) {
    throw hasCode(error, "EEXIST", "ENOTDIR", "ENAMETOOLONG")
      ? refuseArchive(`the name "${name}" below another file, or too long`, "names that fit each other")
      : error;
  }
}

async function openNew(path: string, name: string) {
  try {
    return await open(path, "wx", fileMode);
  } catch (error) {
    throw hasCode(error, "EEXIST", "EISDIR", "ENAMETOOLONG")
      ? refuseArchive(`the name "${name}" twice, or too long`, "each name once")
      : error;
  }
}
