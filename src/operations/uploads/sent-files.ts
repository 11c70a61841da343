import { Problem } from "../../domain/problem.ts";
import { readArchive } from "../../files/archives/archive.ts";
import { gatherFiles } from "../../files/archives/archive-files.ts";

export { archiveMediaTypes } from "../../files/archives/archive.ts";

/** A part of a body: its file name, its id, and what it is called else. */
export type SentPart = { readonly name?: string; readonly id?: string; readonly bytes: Uint8Array };

/** Files of one deployment: a package has some, an image or data is no part of it. */
const maxFiles = 1000;
/** What an archive unpacks to, against what may be sent: text shrinks to a quarter or less. */
const unpackedFactor = 8;
/** All of it is in memory. */
const maxUnpackedBytes = 64 * 2 ** 20;

function boundsOf(maxBodyBytes: number) {
  return { maxFiles, maxBytes: Math.min(maxUnpackedBytes, unpackedFactor * maxBodyBytes) };
}

/** Reads the files of an archive that was sent. Throws `invalid-parameter-value`, `content-too-large`. */
export async function archiveFiles(bytes: Uint8Array, maxBodyBytes: number): Promise<SentFiles> {
  const files = await readArchive(bytes, boundsOf(maxBodyBytes));
  if (files.size === 0) throw refuse("an archive without files");
  return { files };
}

/** Gathers the parts of a body as files; what has no name is named by its place. Throws as `archiveFiles` does. */
export async function partFiles(
  parts: AsyncIterable<SentPart>,
  maxBodyBytes: number,
): Promise<SentFiles & { readonly paths: readonly string[] }> {
  const gathered = gatherFiles(boundsOf(maxBodyBytes));
  const ids = new Map<string, string>();
  for await (const { name, id, bytes } of parts) {
    const path = gathered.pathOf(name ?? `part-${gathered.files.size + 1}`);
    if (path === undefined) continue;
    gathered.roomFor(path);
    gathered.add(path, bytes);
    if (id !== undefined) ids.set(id, path);
  }
  if (gathered.files.size === 0) throw refuse("no parts");
  return { files: gathered.files, ids, paths: [...gathered.files.keys()] };
}

function refuse(found: string): Problem {
  const detail = `Cannot deploy process: found ${found}, wanted the files of a package`;
  return new Problem("invalid-parameter-value", detail);
}

/** Files that came with a deployment, by their paths: names joined by slashes, none of them `..`. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/** What came as several files, and the paths of those that have an id in the body (RFC 2392). */
export type SentFiles = { readonly files: PackageFiles; readonly ids?: ReadonlyMap<string, string> };
