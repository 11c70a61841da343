import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { doubleOf, isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type {
  DirectoryValue,
  FileValue,
  MadeDirectory,
  OutputValue,
  OutputValues,
} from "../../domain/values/values.ts";
import { directoryMode, fileMode } from "../../files/layout.ts";
import { filesIn, isFileObject, mapFiles, pathOf, safeBasename, secondaryFilesOf } from "../values/file-object.ts";
import { formatMediaType } from "../values/formats.ts";

/** Turns an output object into output values; null is left out: there is no such result. */
export function toOutputValues(outputs: JsonObject, wanted: readonly string[]): OutputValues {
  const values = Object.entries(outputs).flatMap(([id, value]): readonly (readonly [string, OutputValue])[] =>
    value === null || !wanted.includes(id) ? [] : [[id, toOutputValue(value)]],
  );
  return Object.fromEntries(values);
}

/**
 * Writes the files that an expression made up (`{class: File, basename, contents}`) below a directory, each in one of its
 * own, so that they are files like any other. Done again it writes the same.
 */
export async function writeLiterals(outputs: JsonObject, directory: string): Promise<JsonObject> {
  const place = (object: JsonObject, target: string): Promise<JsonObject> => writeLiteral(object, target, place);
  const written = Object.entries(outputs).map(async ([id, output]) => {
    let count = 0;
    const value = await mapFiles(output, (object) => {
      count += 1;
      return place(object, join(directory, encodeURIComponent(id).replaceAll(".", "%2E"), String(count)));
    });
    return [id, value] as const;
  });
  return Object.fromEntries(await Promise.all(written));
}

type Place = (object: JsonObject, directory: string) => Promise<JsonObject>;

async function writeLiteral(object: JsonObject, directory: string, place: Place): Promise<JsonObject> {
  const secondaryFiles = await Promise.all(secondaryFilesOf(object).map((file) => place(file, directory)));
  const whole = secondaryFiles.length === 0 ? object : { ...object, secondaryFiles };
  if (pathOf(object) !== undefined || object.location !== undefined) return whole;
  const path = join(directory, safeBasename(object));
  if (object.class === "Directory") {
    await mkdir(path, { recursive: true, mode: directoryMode });
    const listing = isList(object.listing) ? object.listing.filter(isFileObject) : [];
    const placed = await Promise.all(listing.map((item) => place(item, path)));
    // What lies elsewhere is not in the directory on disk: it is published from where it lies.
    return { ...whole, listing: placed };
  }
  if (typeof object.contents !== "string") return whole;
  await mkdir(directory, { recursive: true, mode: directoryMode });
  await writeFile(path, object.contents, { mode: fileMode });
  return { ...whole, path, basename: safeBasename(object), size: Buffer.byteLength(object.contents) };
}

function toOutputValue(value: Json): OutputValue {
  if (isFileObject(value)) {
    if (value.class === "Directory") return toDirectoryValue(value);
    return toFileValue(value) ?? { kind: "value", value: value.contents ?? null };
  }
  if (!holdsFile(value)) return { kind: "value", value };
  if (isList(value)) return { kind: "list", items: value.map(toOutputValue) };
  const members = Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, member]) =>
    member === null ? [] : [[name, toOutputValue(member)] as const],
  );
  return { kind: "record", members: Object.fromEntries(members) };
}

function holdsFile(value: Json): boolean {
  return filesIn(value).length > 0;
}

/** What a directory with a path lists is on disk, too. */
function toDirectoryValue(object: JsonObject): DirectoryValue | MadeDirectory {
  const path = pathOf(object);
  const basename = safeBasename(object, "directory");
  if (path !== undefined) return { kind: "directory", path, basename };
  const listing = isList(object.listing) ? object.listing.filter(isFileObject) : [];
  const items = listing.flatMap((item) =>
    item.class === "Directory" ? toDirectoryValue(item) : (toFileValue(item) ?? []),
  );
  return { kind: "madeDirectory", basename, listing: items };
}

function toFileValue(object: JsonObject): FileValue | undefined {
  const path = pathOf(object);
  if (path === undefined) return undefined;
  const mediaType = typeof object.format === "string" ? formatMediaType(object.format) : undefined;
  const secondaryFiles = secondaryFilesOf(object).flatMap((file) => toFileValue(file) ?? []);
  return {
    kind: "file",
    path,
    basename: safeBasename(object),
    sizeBytes: doubleOf(object.size) ?? 0,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(secondaryFiles.length === 0 ? {} : { secondaryFiles }),
  };
}
