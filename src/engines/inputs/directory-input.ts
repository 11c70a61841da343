import { readdir, readFile, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { essenceOf } from "../../domain/values/media-type.ts";
import type { DirectoryValue, FileValue, InputItem } from "../../domain/values/values.ts";
import { archiveKind, unpackArchive } from "../../files/archives/unpack-archive.ts";
import type { DirectoryDeps, Target } from "./directory-deps.ts";
import { fetchFolder, linksOfListing, linksOfPage } from "./folder-input.ts";
import { type InputPlace, refuseInput } from "./input-place.ts";
import { parseDocument } from "./parse-document.ts";
import { isStac, stageStac } from "./stac-input.ts";

export const wantedDirectory =
  "a zip or tar archive, a list of files as JSON or HTML, a STAC item, collection or catalogue, or a directory below an input root";

/** A longer document is no list and no STAC. */
const maxDocumentBytes = 16 * 2 ** 20;

/**
 * Makes a directory of a file that a reference led to: what an archive holds, what a list names, the assets of a STAC item or of all items
 * of a catalogue. Throws `invalid-parameter-value` naming the input.
 */
export async function directoryOfFile(
  deps: DirectoryDeps,
  { place, directory }: Target,
  item: Extract<InputItem, { kind: "reference" }>,
  file: FileValue,
): Promise<DirectoryValue> {
  try {
    const source = await sourceOfDirectory(place, item.href, file);
    const target = { place, directory };
    switch (source.kind) {
      case "archive": {
        const into = join(directory, "unpacked");
        await unpackArchive(file.path, source.archive, into, { maxBytes: deps.maxBytes, signal: deps.signal });
        return await topOf(into, file.basename.replace(/\.(zip|tgz|tar|tar\.gz|safe\.zip)$/i, ""));
      }
      case "links":
        return await fetchFolder(deps, target, item.href, source.links);
      case "stac":
        return await stageStac(deps, target, source.document, item);
      default:
        return source satisfies never;
    }
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.message.startsWith("Cannot read input")) throw cause;
    throw refuseInput(place, `what cannot be made a directory (${cause.message})`, "one that can", cause);
  }
}

/** What a directory is made of. */
type DirectorySource =
  | { readonly kind: "archive"; readonly archive: NonNullable<Awaited<ReturnType<typeof archiveKind>>> }
  | { readonly kind: "links"; readonly links: NonNullable<ReturnType<typeof linksOfListing>> }
  | { readonly kind: "stac"; readonly document: JsonObject };

/** Tells what a directory is made of by what a file holds. Throws `invalid-parameter-value` for what makes none. */
export async function sourceOfDirectory(
  place: InputPlace,
  href: string,
  file: Pick<FileValue, "path" | "sizeBytes" | "mediaType">,
): Promise<DirectorySource> {
  const archive = await archiveKind(file.path);
  if (archive !== undefined) return { kind: "archive", archive };
  const document = await documentOf(file);
  if (document === undefined) throw refuseInput(place, `a file of ${file.sizeBytes} bytes`, wantedDirectory);
  if (document.kind === "page") return { kind: "links", links: linksOfPage(document.text, href) };
  if (isStac(document.value)) return { kind: "stac", document: document.value };
  const links = linksOfListing(document.value, href);
  if (links === undefined) throw refuseInput(place, "JSON that is neither STAC nor a list of files", wantedDirectory);
  return { kind: "links", links };
}

/** Makes a directory of a STAC document that stands in the request itself. */
export async function directoryOfValue(deps: DirectoryDeps, target: Target, value: Json): Promise<DirectoryValue> {
  if (isJsonObject(value) && isStac(value)) return await stageStac(deps, target, value, {});
  throw refuseInput(
    target.place,
    "a value that is no STAC item, collection or catalogue",
    `{"href": …} of ${wantedDirectory}`,
  );
}

/** An archive of one folder is that folder; any other is a folder itself, of the archive's name. */
async function topOf(unpacked: string, name: string): Promise<DirectoryValue> {
  const [only, ...others] = await readdir(unpacked);
  if (only !== undefined && others.length === 0) {
    const path = join(unpacked, only);
    if ((await stat(path)).isDirectory()) return { kind: "directory", path, basename: only };
  }
  const path = join(unpacked, "..", "whole");
  await rename(unpacked, path);
  return { kind: "directory", path, basename: name === "" ? "directory" : basename(name) };
}

type Document =
  | { readonly kind: "json"; readonly value: JsonObject }
  | { readonly kind: "page"; readonly text: string };

/** Reads a file as a document that can stand for a directory; undefined when it is none. */
async function documentOf(file: Pick<FileValue, "path" | "sizeBytes" | "mediaType">): Promise<Document | undefined> {
  if (file.sizeBytes > maxDocumentBytes) return undefined;
  const text = await readFile(file.path, "utf8");
  const begin = text.trimStart().slice(0, 1);
  if (begin === "<" && /html/.test(essenceOf(file.mediaType ?? "text/html"))) return { kind: "page", text };
  const value = begin === "{" ? parseDocument(text) : undefined;
  return value === undefined ? undefined : { kind: "json", value };
}
