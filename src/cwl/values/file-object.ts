import { basename, dirname, extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defined } from "../../domain/defined.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isPlainName } from "../../files/layout.ts";
import { CwlFailure } from "./failure.ts";
import { isFileLike } from "./types.ts";

/** Tells a File or Directory object apart from other values. */
export function isFileObject(value: Json | undefined): value is JsonObject {
  return value !== undefined && isFileLike(value);
}

/** Builds a File or Directory object for a path, with all that its name tells (CWL v1.2 CommandLineTool, File). */
export function fileObject(
  kind: "File" | "Directory",
  path: string,
  facts: { readonly basename?: string; readonly size?: number; readonly format?: string } = {},
): JsonObject {
  const name = facts.basename ?? basename(path);
  return {
    class: kind,
    location: pathToFileURL(path).href,
    path,
    basename: name,
    ...(kind === "File" ? { dirname: dirname(path), ...nameParts(name) } : {}),
    ...defined({ size: facts.size, format: facts.format }),
  };
}

/** Gives a File or Directory object another path; its basename becomes the path's. */
export function atPath(object: JsonObject, path: string): JsonObject {
  const moved = fileObject(object.class === "Directory" ? "Directory" : "File", path);
  return { ...object, ...moved };
}

/** Splits a basename so that nameroot + nameext is the basename; a leading dot belongs to the root. */
export function nameParts(name: string): { nameroot: string; nameext: string } {
  const nameext = extname(name);
  return { nameroot: name.slice(0, name.length - nameext.length), nameext };
}

/** The path of a file object; undefined for a literal. */
export function pathOf(object: JsonObject): string | undefined {
  return typeof object.path === "string" ? object.path : undefined;
}

/** Gives a file object that has only a location its path, when that is a file of this machine. */
export function withPath(object: JsonObject): JsonObject {
  const { location } = object;
  if (pathOf(object) !== undefined || typeof location !== "string") return object;
  return { ...object, path: location.startsWith("file://") ? fileURLToPath(location) : location };
}

/** The basename of a file object. Throws CwlFailure when it would lead out of its directory. */
export function safeBasename(object: JsonObject, fallback = "literal"): string {
  const path = pathOf(object);
  const name = typeof object.basename === "string" ? object.basename : path === undefined ? fallback : basename(path);
  if (!isPlainName(name)) {
    throw new CwlFailure(`Cannot use file "${name}": found a name that leads elsewhere, wanted a plain file name`);
  }
  return name;
}

/** The secondary files of a file object. */
export function secondaryFilesOf(object: JsonObject): readonly JsonObject[] {
  return isList(object.secondaryFiles) ? object.secondaryFiles.filter(isFileObject) : [];
}

/** Replaces each File and Directory of a value, wherever it stands; secondary files and listings are left to `change`. */
export async function mapFiles(value: Json, change: (object: JsonObject) => Promise<Json>): Promise<Json> {
  if (isFileObject(value)) return change(value);
  if (isList(value)) return Promise.all(value.map((item) => mapFiles(item, change)));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(async ([name, member]) => [name, await mapFiles(member, change)] as const);
  return Object.fromEntries(await Promise.all(members));
}

/** The same, without waiting. */
export function mapFilesNow(value: Json, change: (object: JsonObject) => Json): Json {
  if (isFileObject(value)) return change(value);
  if (isList(value)) return value.map((item) => mapFilesNow(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapFilesNow(member, change)]));
}

/** Lists each File and Directory of a value with its secondary files. */
export function filesIn(value: Json): readonly JsonObject[] {
  if (isFileObject(value)) return [value, ...secondaryFilesOf(value).flatMap(filesIn)];
  if (isList(value)) return value.flatMap(filesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(filesIn) : [];
}
