import { gunzip } from "node:zlib";
import { errorText, type Problem } from "../../domain/problem.ts";
import { type ArchiveBounds, type ArchiveFiles, archiveFault, checkRatio, tooLarge } from "./archive-files.ts";
import { isTar, readTar } from "./tar.ts";
import { readZip } from "./zip.ts";

export type { ArchiveBounds, ArchiveFiles } from "./archive-files.ts";

/** Media types of archives, as programs name them. */
export const archiveMediaTypes: readonly string[] = [
  "application/zip",
  "application/x-zip-compressed",
  "application/x-tar",
  "application/x-gtar",
  "application/gzip",
  "application/x-gzip",
  "application/x-tgz",
  "application/tar+gzip",
];

/** Room for the headers of a tar besides what is in its files. */
const tarHeaderBytes = 2 ** 20;

/**
 * Reads the files of a zip, a tar or a tar in gzip, in memory: nothing of them is on disk. What it is, its bytes say. Throws
 * `invalid-parameter-value`, `content-too-large`.
 */
export async function readArchive(bytes: Uint8Array, bounds: ArchiveBounds): Promise<ArchiveFiles> {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return readZip(bytes, bounds);
  if (first === 0x1f && second === 0x8b) {
    const unpacked = await gunzipped(bytes, bounds.maxBytes + tarHeaderBytes);
    if (!isTar(unpacked)) throw archiveFault("found gzip of something else", "gzip of a tar");
    return readTar(unpacked, bounds);
  }
  if (isTar(bytes)) return readTar(bytes, bounds);
  throw archiveFault("found other bytes", "a zip, a tar, or a tar in gzip");
}

/** Unpacks in another thread, and never more than so many bytes. */
async function gunzipped(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const unpacked = await new Promise<Uint8Array>((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: maxBytes }, (error, content) => {
      if (error === null) resolve(content);
      else reject(gzipFault(error, maxBytes));
    });
  });
  checkRatio(bytes.byteLength, unpacked.byteLength);
  return unpacked;
}

function gzipFault(error: Error, maxBytes: number): Problem {
  if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return tooLarge(`more than ${maxBytes} bytes in it`);
  return archiveFault(`found broken gzip (${errorText(error)})`, "a tar in gzip", error);
}
