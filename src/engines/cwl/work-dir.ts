import { dirname, join } from "node:path";
import type { Json, JsonObject } from "../../domain/json.ts";
import { isInside } from "../../files/layout.ts";
import { evaluate, evaluateString, type Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";
import { isList } from "./field.ts";
import { atPath, filesIn, isFileObject, mapFilesNow, pathOf, safeBasename, secondaryFilesOf } from "./file-object.ts";
import type { Expression, WorkDirEntry } from "./schema.ts";
import { placeFile, refuseCollisions, type Staged, type StagedEntry } from "./staging.ts";

/**
 * Plans what InitialWorkDirRequirement puts into a tool's working directory. Inputs that are put there have that as
 * their path from then on. Throws CwlFailure for an entry outside the directory, or two at one place.
 */
export function planWorkDir(
  listing: readonly WorkDirEntry[] | Expression,
  scope: Scope,
  outdir: string,
): Staged<JsonObject> {
  const entries =
    typeof listing === "string"
      ? listed(evaluate(listing, scope)).flatMap((value) => placeValue(value, outdir))
      : listing.flatMap((entry) => placeEntry(entry, scope, outdir));
  refuseCollisions(entries);
  const moved = new Map(
    entries.flatMap((entry) =>
      entry.kind === "link" || entry.kind === "copy" ? [[entry.source, entry.target] as const] : [],
    ),
  );
  const inputs = Object.entries(scope.inputs).map(
    ([name, value]) => [name, mapFilesNow(value, (file) => moveFile(file, moved))] as const,
  );
  return { value: Object.fromEntries(inputs), entries };
}

function placeEntry(entry: WorkDirEntry, scope: Scope, outdir: string): readonly StagedEntry[] {
  switch (entry.kind) {
    case "expression":
      return listed(evaluate(entry.value, scope)).flatMap((value) => placeValue(value, outdir));
    case "literal":
      return placeFile(entry.value, outdir, "link").entries;
    case "dirent":
      return placeDirent(entry, scope, outdir);
    default:
      return entry satisfies never;
  }
}

/** A list may hold lists (of File[] inputs, for example) and null. */
function listed(value: Json): readonly Json[] {
  if (value === null) return [];
  return isList(value) ? value.flatMap(listed) : [value];
}

/** An expression gives files, directories, or Dirents written out. */
function placeValue(value: Json, outdir: string): readonly StagedEntry[] {
  if (isFileObject(value)) return placeFile(value, outdir, "link").entries;
  throw new CwlFailure(
    `Cannot stage the working directory: found ${JSON.stringify(value)}, expected files and directories`,
  );
}

function placeDirent(entry: WorkDirEntry & { kind: "dirent" }, scope: Scope, outdir: string): readonly StagedEntry[] {
  const name = entry.entryname === undefined ? undefined : evaluateString(entry.entryname, scope, "entryname");
  const value = evaluate(entry.entry, scope);
  const mode = entry.isWritable ? "copy" : "link";
  if (value === null) return [];
  if (isFileObject(value)) {
    const target = targetOf(outdir, name ?? safeBasename(value));
    return placeFile(value, dirname(target), mode, safeBasename({ basename: target.slice(dirname(target).length + 1) }))
      .entries;
  }
  if (isList(value) && value.length > 0 && value.every(isFileObject)) {
    const directory = name === undefined ? outdir : targetOf(outdir, name);
    return value.flatMap((file) => placeFile(file, directory, mode).entries);
  }
  if (name === undefined)
    throw new CwlFailure("Cannot stage the working directory: found text without an entryname, expected one");
  const contents = typeof value === "string" ? value : JSON.stringify(value);
  return [{ kind: "text", target: targetOf(outdir, name), contents }];
}

/** CWL v1.2 Dirent, entryname: a relative path that stays inside (absolute ones need a container). */
function targetOf(outdir: string, name: string): string {
  const target = join(outdir, name);
  if (name.startsWith("/") || target === outdir || !isInside(outdir, target)) {
    throw new CwlFailure(`Cannot stage "${name}": it leads out of the working directory, expected a name inside it`);
  }
  return target;
}

function moveFile(file: JsonObject, moved: ReadonlyMap<string, string>): JsonObject {
  const secondaryFiles = secondaryFilesOf(file).map((secondary) => moveFile(secondary, moved));
  const target = moved.get(pathOf(file) ?? "");
  const own = target === undefined ? file : atPath(file, target);
  return secondaryFiles.length === 0 ? own : { ...own, secondaryFiles };
}

/** The real places that a tool may hand back although they lie outside its working directory: what it was given. */
export function givenPaths(inputs: JsonObject, entries: readonly StagedEntry[]): readonly string[] {
  const sources = entries.flatMap((entry) => (entry.kind === "link" ? [entry.source] : []));
  const staged = entries.flatMap((entry) =>
    entry.kind === "text" || entry.kind === "directory" ? [entry.target] : [],
  );
  return [...filesIn(inputs).flatMap((file) => pathOf(file) ?? []), ...sources, ...staged];
}
