import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Json } from "../../domain/values/json.ts";
import { extensionOf } from "../../domain/values/media-type.ts";
import {
  type DirectoryValue,
  type FileValue,
  type InputItem,
  type Inputs,
  isItemList,
  type PlainItem,
  type PreparedInputs,
  type PreparedItem,
  type PublishedOutput,
} from "../../domain/values/values.ts";
import { isBase64 } from "../../domain/words/text.ts";
import type { AssetCache } from "../../files/asset-cache.ts";
import { directoryMode, fileMode } from "../../files/layout.ts";
import type { Downloaded } from "../../net/download.ts";
import type { RemoteFacts } from "../../net/remote/ask-facts.ts";
import type { Following } from "../engine.ts";
import { readDataUrl } from "./data-url.ts";
import type { DirectoryDeps, ShareLeft } from "./directory-deps.ts";
import { directoryOfFile, directoryOfValue, wantedDirectory } from "./directory-input.ts";
import { dataType, inlineType, withDescribedType } from "./input-format.ts";
import { type InputPlace, placeOfInput, refuseInput } from "./input-place.ts";
import { localFile, type Reference } from "./local-file.ts";
import { prepareInside } from "./prepare-inside.ts";
import { plainValue, readReferenced } from "./read-referenced.ts";

/** A file of the vault, as a job that was tied to it may read it. */
export type VaultSource = {
  readonly path: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
};

export type PrepareInputsDeps = {
  /** Where inline values are written for inputs that are files: `<inputId>/<n>/<name>`. Made when first needed. */
  readonly stagingDirectory: string;
  /** Directories below which `file://` inputs may lie. */
  readonly inputRoots: readonly string[];
  /** Finds an uploaded file by its id. */
  readonly vaultFile: (id: string) => Promise<VaultSource | undefined>;
  /** Copies a published result of this service to a place; undefined when it is gone. */
  readonly copyOutput?: (path: string, directory: string) => Promise<{ path: string; sizeBytes: number } | undefined>;
  /** Fetches a file of another server into a directory. Throws `remote-failure`. */
  readonly download: (
    url: string,
    directory: string,
    mediaType: string | undefined,
    following?: Following,
  ) => Promise<Downloaded>;
  /** Asks another server about a file that is not fetched yet. */
  readonly factsOf: (url: string, signal: AbortSignal | undefined) => Promise<RemoteFacts>;
  /** What was fetched before, and may be used again. */
  readonly cache?: AssetCache;
  /** What the client's share of the disk leaves, asked when a directory is made of what is fetched; no bound when undefined. */
  readonly shareLeft?: () => Promise<ShareLeft | undefined>;
  /** The most that one directory may hold that is made of what is fetched, in bytes. */
  readonly maxBytes: number;
  /** Is told of tries that failed, and ends them. */
  readonly following?: Following;
  /** References of other servers stay as they are: who runs the process fetches them. */
  readonly keepsLinks?: boolean;
  /** Which assets of STAC items are wanted where the request does not say. */
  readonly assets?: readonly string[];
  /** Words what is wrong with a referenced value once it was read; empty when it fits the input's schema. */
  readonly check: (inputId: string, value: Json) => readonly string[];
};

/**
 * Reads every input: inline values of file inputs are written to the staging directory, files are referred to where
 * they lie, referenced values are read and checked.
 * Throws `invalid-parameter-value` naming the input, what was found and what was wanted.
 */
export async function prepareInputs(
  deps: PrepareInputsDeps,
  process: Pick<Process, "fileInputs" | "description">,
  inputs: Inputs,
): Promise<PreparedInputs> {
  const prepared: Record<string, PreparedItem | readonly PreparedItem[]> = {};
  for (const [inputId, given] of Object.entries(inputs)) {
    const place = placeOfInput(process, inputId, given);
    prepared[inputId] = isItemList(given)
      ? await Promise.all(given.map((item, index) => prepareItem(deps, { ...place, index }, item)))
      : await prepareItem(deps, place, given);
  }
  return prepared;
}

/** Makes a directory of what was given for one. */
async function prepareDirectory(deps: PrepareInputsDeps, place: InputPlace, item: PlainItem): Promise<PreparedItem> {
  const target = { place, directory: placeDirectory(deps, place) };
  const making = directoryDeps(deps, place);
  if (item.kind === "value") return directoryOfValue(making, target, item.value);
  const found = await resolveReference(deps, place, item);
  return found.kind === "directory" ? found : directoryOfFile(making, target, item, found);
}

function directoryDeps(deps: PrepareInputsDeps, place: InputPlace): DirectoryDeps {
  const { following, maxBytes, assets, cache, shareLeft } = deps;
  return {
    download: (url, directory) => deps.download(url, directory, undefined, following),
    factsOf: (url) => deps.factsOf(url, following?.signal),
    localFile: async (href) => {
      if (!href.startsWith("file:")) throw refuseInput(place, `"${href}"`, "an http:, https: or file: address");
      const found = await localFile(deps, { ...place, isDirectory: false }, { kind: "reference", href });
      return found.path;
    },
    maxBytes,
    signal: following?.signal,
    ...defined({ assets, cache, shareLeft }),
  };
}

async function prepareItem(deps: PrepareInputsDeps, place: InputPlace, item: InputItem): Promise<PreparedItem> {
  switch (item.kind) {
    case "bbox":
      if (place.isDirectory) throw refuseInput(place, "a bounding box", wantedDirectory);
      return { kind: "value", value: { bbox: item.bbox, crs: item.crs } };
    case "value":
      if (place.isDirectory) return prepareDirectory(deps, place, item);
      return place.isFile ? stageValue(deps, place, item) : plainValue(item.value, item.mediaType);
    case "reference": {
      if (deps.keepsLinks === true && isRemote(item.href)) {
        return { kind: "link", href: item.href, ...defined({ mediaType: item.mediaType }) };
      }
      if (place.isDirectory) return prepareDirectory(deps, place, item);
      const file = await resolveReference(deps, place, item);
      if (file.kind === "directory") return file;
      if (!place.isFile) return readReferenced(deps.check, place, file);
      return item.mediaType === undefined ? withDescribedType(file, place.formats) : file;
    }
    case "file":
    case "list":
    case "record":
      return prepareInside(item, { count: 0, place }, (one, at) => prepareItem(deps, at, one));
    default:
      return item satisfies never;
  }
}

/** Strings are the content itself, in base64 when the client said so; anything else is written as JSON. */
async function stageValue(
  deps: PrepareInputsDeps,
  place: InputPlace,
  item: Extract<InputItem, { kind: "value" }>,
): Promise<FileValue> {
  const mediaType = item.mediaType ?? inlineType(item.value, place.formats);
  if (typeof item.value !== "string") {
    return stageBytes(deps, place, Buffer.from(JSON.stringify(item.value)), mediaType);
  }
  if (item.encoding !== "base64") return stageBytes(deps, place, Buffer.from(item.value), mediaType);
  if (!isBase64(item.value)) throw refuseInput(place, "text that is not base64", "base64");
  return stageBytes(deps, place, Buffer.from(item.value, "base64"), mediaType);
}

function placeDirectory(deps: PrepareInputsDeps, place: InputPlace): string {
  const { inputId, index, inner } = place;
  const own = encodeURIComponent(inputId).replaceAll(".", "%2E");
  return join(deps.stagingDirectory, own, String(index), ...(inner === undefined ? [] : [inner]));
}

async function stageBytes(
  deps: PrepareInputsDeps,
  place: InputPlace,
  bytes: Uint8Array,
  mediaType: string,
): Promise<FileValue> {
  const directory = placeDirectory(deps, place);
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const name = `${place.inputId.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}${extensionOf(mediaType)}`;
  const path = join(directory, name);
  await writeFile(path, bytes, { mode: fileMode });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { kind: "file", path, basename: name, mediaType, sizeBytes: bytes.byteLength, sha256 };
}

function isRemote(href: string): boolean {
  return /^https?:/i.test(href);
}

async function resolveReference(
  deps: PrepareInputsDeps,
  place: InputPlace,
  item: Reference,
): Promise<FileValue | DirectoryValue> {
  const { href, output } = item;
  if (output !== undefined && deps.copyOutput !== undefined) return publishedOutput(deps, place, item, output);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href)?.[1]?.toLowerCase();
  switch (scheme) {
    case "data":
      return stageDataUrl(deps, place, item);
    case "vault":
      return vaultFile(deps, place, item);
    case "file":
      return localFile(deps, place, item);
    case "http":
    case "https":
      return remoteFile(deps, place, item);
    default:
      throw refuseInput(place, `reference "${href}"`, "an http:, https:, data:, vault: or file: reference");
  }
}

async function stageDataUrl(
  deps: PrepareInputsDeps,
  place: InputPlace,
  { href, mediaType }: Reference,
): Promise<FileValue> {
  const content = readDataUrl(place, href);
  return stageBytes(deps, place, content.bytes, mediaType ?? dataType(place, content));
}

async function remoteFile(
  deps: PrepareInputsDeps,
  place: InputPlace,
  { href, mediaType }: Reference,
): Promise<FileValue> {
  try {
    const { etag: _, ...file } = await deps.download(href, placeDirectory(deps, place), mediaType, deps.following);
    return file;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw refuseInput(place, `a reference that cannot be read (${cause.message})`, "one that can", cause);
  }
}

/** What another job made is copied: it may be removed while this one runs. */
async function publishedOutput(
  deps: PrepareInputsDeps,
  place: InputPlace,
  { href, mediaType: said }: Reference,
  { path, isDirectory, mediaType }: PublishedOutput,
): Promise<FileValue | DirectoryValue> {
  const copy = await deps.copyOutput?.(path, placeDirectory(deps, place));
  if (copy === undefined) throw refuseInput(place, `"${href}" that is gone`, "a result that is still kept");
  const basename = path.slice(path.lastIndexOf("/") + 1);
  if (isDirectory && place.isDirectory) return { kind: "directory", path: copy.path, basename };
  if (isDirectory) throw refuseInput(place, `a directory ("${basename}")`, "a file");
  return {
    kind: "file",
    path: copy.path,
    basename,
    sizeBytes: copy.sizeBytes,
    ...defined({ mediaType: said ?? mediaType }),
  };
}

async function vaultFile(
  deps: PrepareInputsDeps,
  place: InputPlace,
  { href, mediaType }: Reference,
): Promise<FileValue> {
  const id = href.slice("vault://".length);
  const source = await deps.vaultFile(id);
  if (source === undefined) throw refuseInput(place, `vault file "${id}" that is gone`, "an uploaded file");
  return {
    kind: "file",
    path: source.path,
    basename: source.name,
    mediaType: mediaType ?? source.mediaType,
    sizeBytes: source.sizeBytes,
    sha256: source.sha256,
  };
}
