import { pathToFileURL } from "node:url";
import { errorText, Problem } from "../../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";
import { isCustomTypesFile } from "../custom-types.ts";
import type { Place } from "../load/source.ts";
import {
  ownId,
  type PackedFile,
  type Packing,
  readPart,
  readText,
  refuse,
  resolvePath,
  takeRoom,
} from "./pack-files.ts";
import { packRun } from "./pack-run.ts";

const maxImportDepth = 32;

/** Where a value stands: its file, its place there, and the files whose imports led to it. */
export type At = { readonly from: PackedFile; readonly place: Place; readonly open: readonly string[] };

/** Copies a value with what it imports and includes put in, and with `run` naming processes of the packed document. */
export async function rewrite(packing: Packing, value: Json, at: At): Promise<Json> {
  const { from, place, open } = at;
  if (isList(value)) {
    const items: Json[] = [];
    for (const [index, item] of value.entries())
      items.push(await rewrite(packing, item, { ...at, place: [...place, index] }));
    return items;
  }
  if (!isJsonObject(value)) return value;
  const { $import: imported, $include: included } = value;
  if (typeof included === "string") {
    const here = from.source.locate(place);
    const text = await readText(packing, resolvePath(from, included, place), { at: here });
    takeRoom(packing, here, text.length);
    return text;
  }
  if (typeof imported === "string" && (isCustomTypesFile(imported) || imported.startsWith("#"))) return value;
  if (typeof imported === "string") return importPart(packing, imported, { from, place, open });
  return rewriteMembers(packing, await embedded(packing, from, value, place), at);
}

async function importPart(packing: Packing, imported: string, { from, place, open }: At): Promise<Json> {
  const here = from.source.locate(place);
  const path = resolvePath(from, imported, place);
  if (open.includes(path) || path === from.path || open.length >= maxImportDepth)
    throw refuse(here, "found files that import each other, wanted no circle");
  const source = await readPart(packing, path, here);
  takeRoom(packing, here, JSON.stringify(source.value).length);
  return rewrite(packing, source.value, { from: { ...from, path, source }, place: [], open: [...open, from.path] });
}

/** A File or Directory that names one of the package, with its contents in its place. */
async function embedded(packing: Packing, from: PackedFile, value: JsonObject, place: Place): Promise<JsonObject> {
  const { class: kind, path: named, location = named, ...rest } = value;
  const { embedFile } = packing.options;
  const isFile = kind === "File" || kind === "Directory";
  // What is on the web, and what an expression names, is nothing of the package: loading says what is wrong with it.
  const isNamed = typeof location === "string" && !/^(?!file:)[a-z][a-z0-9+.-]*:|[$][({]/i.test(location);
  if (!isFile || embedFile === undefined || !isNamed) return value;
  const at = from.source.locate([...place, value.location === undefined ? "path" : "location"]);
  try {
    return { ...(await embedFile(resolvePath(from, location, place), kind)), ...rest };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw refuse(at, `found "${location}", which cannot be packed: ${errorText(cause)}`, cause);
  }
}

/** Copies the members of an object as `rewrite` copies values. */
export async function rewriteMembers(packing: Packing, value: JsonObject, at: At): Promise<JsonObject> {
  const members: (readonly [string, Json])[] = [];
  for (const [name, member] of Object.entries(value)) {
    // A graph's processes are packed one by one.
    if (name === "$graph") continue;
    const below = { ...at, place: [...at.place, name] };
    members.push([name, await rewriteMember(packing, value, [name, member], below)]);
  }
  return Object.fromEntries(members);
}

async function rewriteMember(
  packing: Packing,
  value: JsonObject,
  [name, member]: readonly [string, Json],
  at: At,
): Promise<Json> {
  const { from, place } = at;
  if (name === "run" && typeof member === "string") return packRun(packing, from, { run: member, step: value, place });
  if (name === "source" || name === "outputSource") return packSource(from, member, place);
  const isFile = value.class === "File" || value.class === "Directory";
  if (
    isFile &&
    (name === "location" || name === "path") &&
    typeof member === "string" &&
    packing.options.allowsLocalFiles
  ) {
    const path = resolvePath(from, member, place);
    return name === "path" ? path : pathToFileURL(path).href;
  }
  return rewrite(packing, member, at);
}

/** An exact id of a link says the id of its process, which packing may change: within the process it is as exact. */
function packSource(from: PackedFile, member: Json, place: Place): Json {
  if (isList(member)) return member.map((item) => packSource(from, item, place));
  if (typeof member !== "string" || !member.includes("#")) return member;
  const name = member.slice(member.indexOf("#") + 1);
  const index = from.isGraph ? place[1] : 0;
  const own = typeof index === "number" ? ownId(from.processes[index] ?? null) : "";
  return own !== "" && name.startsWith(`${own}/`) ? name.slice(own.length + 1) : name;
}
