import { Problem } from "../../domain/problem.ts";

/** Files by their paths within an archive: plain names joined by slashes, none of them `..`. */
export type ArchiveFiles = ReadonlyMap<string, Uint8Array>;

/** What an archive is held to. */
export type ArchiveBounds = { readonly maxFiles: number; readonly maxBytes: number };

/** From this size on, what unpacks to so many times its packed size is no text that anybody wrote. */
const suspiciousBytes = 2 ** 20;
const maxRatio = 100;
const maxPathCharacters = 1024;

/** Gathers the files of an archive, and refuses what is no plain file of it. */
export type FileGatherer = {
  readonly files: Map<string, Uint8Array>;
  /** Checks a path; undefined for what nobody put there to be read. Throws `invalid-parameter-value`. */
  pathOf(name: string): string | undefined;
  /** How many bytes the next file may have. Throws `content-too-large` when there may be none. */
  roomFor(path: string): number;
  add(path: string, bytes: Uint8Array): void;
};

/** Creates the gatherer of one archive. */
export function gatherFiles({ maxFiles, maxBytes }: ArchiveBounds): FileGatherer {
  const files = new Map<string, Uint8Array>();
  let left = maxBytes;
  return {
    files,
    pathOf(name) {
      const path = plainPath(name);
      return path === undefined || isClutter(path) ? undefined : path;
    },
    roomFor(path) {
      if (files.size >= maxFiles) throw tooLarge(`more than ${maxFiles} files`);
      if (files.has(path)) throw archiveFault(`found file "${path}" twice`, "each once");
      return left;
    },
    add(path, bytes) {
      left -= bytes.byteLength;
      if (left < 0) throw tooLarge(`more than ${maxBytes} bytes in it`);
      files.set(path, bytes);
    },
  };
}

/** Throws `content-too-large` when so much is unpacked of so little that nobody wrote it. */
export function checkRatio(packedBytes: number, unpackedBytes: number): void {
  if (unpackedBytes < suspiciousBytes || unpackedBytes <= maxRatio * packedBytes) return;
  throw tooLarge(`${packedBytes} bytes that unpack to more than ${maxRatio} times as many`);
}

/** Reads a path; undefined for a directory. Throws for one that leads out of the archive, or that no file can have. */
function plainPath(name: string): string | undefined {
  const shown = JSON.stringify(name.slice(0, 200));
  if (name.length > maxPathCharacters || /[\p{C}\\]/u.test(name)) {
    throw archiveFault(`found file name ${shown}`, "names without backslashes and control characters");
  }
  if (/^\/|^[A-Za-z]:/.test(name)) throw archiveFault(`found file name ${shown}`, "names relative to the archive");
  const steps = name.split("/").filter((step) => step !== "." && step !== "");
  if (steps.includes("..")) throw archiveFault(`found file name ${shown}`, "names that stay in the archive");
  return name.endsWith("/") || steps.length === 0 ? undefined : steps.join("/");
}

/** What file managers add. */
function isClutter(path: string): boolean {
  return /^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|\._[^/]*)$/.test(path);
}

/** Builds the refusal of an archive. */
export function archiveFault(found: string, wanted: string, cause?: unknown): Problem {
  return new Problem("invalid-parameter-value", `Cannot unpack archive: ${found}, wanted ${wanted}`, { cause });
}

/** Builds the refusal of an archive that holds too much. */
export function tooLarge(found: string): Problem {
  return new Problem("content-too-large", `Cannot unpack archive: found ${found}, wanted a smaller package`);
}
