import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import type { SentFiles } from "../../operations/uploads/sent-files.ts";
import { archiveFiles, archiveMediaTypes, partFiles, type SentPart } from "../../operations/uploads/sent-files.ts";
import { boundaryOf, parseDisposition } from "../../wire/multipart.ts";
import { wholeParts } from "./multipart-parts.ts";

/** Files of one body, and the one that the body itself says is deployed. */
type ReadFiles = SentFiles & { readonly start?: string };

/** Media types of bodies that hold several files. */
export const filesMediaTypes: readonly string[] = [
  "multipart/related",
  "multipart/mixed",
  "multipart/form-data",
  ...archiveMediaTypes,
];

/**
 * Reads the files of a body: the parts of a multipart body, or what an archive holds. Throws `invalid-parameter-value`,
 * `content-too-large`, `unprocessable-content` when `start` names no part.
 */
export async function readFiles(contentType: string, bytes: Uint8Array, maxBodyBytes: number): Promise<ReadFiles> {
  if (!essenceOf(contentType).startsWith("multipart/")) return archiveFiles(bytes, maxBodyBytes);
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    const found = "found no boundary in Content-Type, wanted multipart with its boundary";
    throw new Problem("invalid-parameter-value", `Cannot deploy process: ${found}`);
  }
  const { files, ids, paths } = await partFiles(partsOf(bytes, boundary), maxBodyBytes);
  const start = startOf(contentType, ids ?? new Map(), paths);
  return { files, ...defined({ ids, start }) };
}

async function* partsOf(bytes: Uint8Array, boundary: string): AsyncGenerator<SentPart> {
  for await (const { headers, bytes: part } of wholeParts(bytes, boundary)) {
    const id = headers.get("content-id")?.replace(/^<(.*)>$/, "$1");
    yield { bytes: part, ...defined({ id, name: nameOf(headers, id) }) };
  }
}

/** A file is called as the form says, else where it lies (RFC 2557), else by its id or the field of the form. */
function nameOf(headers: ReadonlyMap<string, string>, id: string | undefined): string | undefined {
  const { name, filename } = parseDisposition(headers.get("content-disposition"));
  const location = headers.get("content-location");
  const isUrl = location !== undefined && /^[a-z][a-z0-9+.-]*:/i.test(location);
  const lastStep = isUrl && URL.canParse(location) ? new URL(location).pathname.split("/").at(-1) : location;
  return [filename, lastStep, id, name].find((one) => one !== undefined && one !== "");
}

/** Of related parts the first is meant, unless `start` names another (RFC 2387); the parts of a form are equal. */
function startOf(contentType: string, ids: ReadonlyMap<string, string>, paths: readonly string[]): string | undefined {
  const [, quoted, bare] = /;\s*start\s*=\s*(?:"([^"]{1,256})"|([^\s;"]{1,256}))/i.exec(contentType) ?? [];
  const wanted = (quoted ?? bare)?.replace(/^<(.*)>$/, "$1");
  if (wanted === undefined) return essenceOf(contentType) === "multipart/form-data" ? undefined : paths[0];
  const path = ids.get(wanted) ?? paths.find((one) => one === wanted);
  if (path !== undefined) return path;
  const found = `found start "${wanted}" in Content-Type`;
  const known = [...ids.keys(), ...paths].slice(0, 20).join(", ");
  throw new Problem("unprocessable-content", `Cannot deploy process: ${found}, wanted one of ${known}`);
}
