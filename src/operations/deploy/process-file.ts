import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { describeDocument } from "../../cwl/document/describe.ts";
import { maxYamlValues, readSource } from "../../cwl/document/load/source.ts";
import { packageReader, packSource } from "../../cwl/document/pack/pack.ts";
import type { ReadPackageFile } from "../../cwl/document/pack/pack-files.ts";
import { defined } from "../../domain/defined.ts";
import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { textOf } from "../../files/disk/read-text.ts";
import { signatureOf } from "../../files/process-folder.ts";
import { type ApplicationPackage, readPackage } from "./application-package.ts";
import type { Deployment } from "./deploy-process.ts";
import type { FetchPackageDeps } from "./fetch-package.ts";
import { findRemoteUnit } from "./remote-package.ts";

/** A package file that was read. */
export type ReadFile = {
  readonly deployment: Deployment;
  /** sha256 of all that was read, hexadecimal. */
  readonly digest: string;
  /** Other files that it runs, imports or includes, and what they were like before they were read. */
  readonly parts: ReadonlyMap<string, string>;
};

/**
 * Reads a package file, with what it runs, imports and includes below its own directory. Where nothing in it says an id, its
 * name does. Throws `invalid-parameter-value`, and Errors of the system.
 */
export async function readProcessFile(deps: FetchPackageDeps, path: string): Promise<ReadFile> {
  const hash = createHash("sha256");
  const bytes = await readFile(path);
  hash.update(bytes);
  const parts = new Map<string, string>();
  const readBelow = packageReader(dirname(path));
  const readPart: ReadPackageFile = async (part, kind) => {
    if (part === path) return textOf(bytes);
    parts.set(part, (await signatureOf(part)) ?? "");
    const text = await readBelow(part, kind);
    hash.update(`\0${part}\0${text}`);
    return text;
  };
  const { value } = readSource(textOf(bytes), basename(path), maxYamlValues);
  const read = await readUnit(deps, { path, value, bytes }, readPart);
  const mediaType = mediaTypeOf(path, value);
  // Files that are apart are one package when it is read back.
  const packed = read.cwl === undefined ? undefined : Buffer.from(JSON.stringify(read.cwl.document));
  const source =
    parts.size === 0 || packed === undefined
      ? { mediaType, bytes: new Uint8Array(bytes) }
      : { mediaType: "application/cwl+json", bytes: new Uint8Array(packed) };
  return { deployment: { ...withId(read, path), source }, digest: hash.digest("hex"), parts };
}

type ReadText = { readonly path: string; readonly value: Json; readonly bytes: Uint8Array };

async function readUnit(
  deps: FetchPackageDeps,
  { path, value, bytes }: ReadText,
  readPart: ReadPackageFile,
): Promise<ApplicationPackage> {
  const isPacked = isJsonObject(value) && "cwlVersion" in value && findRemoteUnit(value) === undefined;
  const options = defined({ findDeployed: deps.findDeployed });
  if (!isPacked) return readPackage(deps, { kind: "text", text: textOf(bytes) });
  const files = new Map<string, Uint8Array>([[basename(path), bytes]]);
  // Read once by the way that knows which files belong to it.
  const read: ReadPackageFile = async (part, kind) => {
    const text = await readPart(part, kind);
    files.set(relative(dirname(path), part), new TextEncoder().encode(text));
    return text;
  };
  await packSource(path, read, options);
  return readPackage(deps, { kind: "files", files: { files }, start: basename(path) });
}

function withId(read: ApplicationPackage, path: string): ApplicationPackage {
  const own = read.cwl === undefined ? read.remote.suggestedId : describeDocument(read.cwl.cwl).suggestedId;
  if (own !== undefined || read.description.id !== undefined) return read;
  const id = basename(path).replace(/\.(?:cwl|ogcapppkg)(?:\.(?:json|ya?ml))?$/i, "");
  return { ...read, description: { ...read.description, id } };
}

function mediaTypeOf(path: string, value: Json): string {
  const isCwl = isJsonObject(value) && "cwlVersion" in value;
  if (!isCwl) return /\.ya?ml$/i.test(path) ? "application/ogcapppkg+yaml" : "application/ogcapppkg+json";
  return /\.json$/i.test(path) ? "application/cwl+json" : "application/cwl";
}
