import { basename, dirname, join } from "node:path";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { StagedEntry } from "../../executors/executor.ts";
import { isInside } from "../../files/layout.ts";
import type { Requirements, WorkDirEntry } from "../document/schema.ts";
import { evaluate, evaluateString, evaluateWhole, type Scope } from "../javascript/expression.ts";
import { CwlFailure } from "../values/failure.ts";
import {
  atPath,
  filesIn,
  isFileObject,
  mapFilesNow,
  pathOf,
  safeBasename,
  secondaryFilesOf,
  withPath,
} from "../values/file-object.ts";
import { jsonText } from "../values/json-text.ts";
import { type Placing, placeFile, refuseCollisions, type Staged } from "./staging.ts";

/**
 * Plans what InitialWorkDirRequirement puts into a tool's working directory. Inputs that are put there have that as
 * their path from then on. Throws CwlFailure for an entry outside the directory, or two at one place.
 */
export function planWorkDir(
  requirements: Requirements,
  scope: Scope,
  { outdir, mounts, own }: { outdir: string; mounts?: string | undefined; own: (path: string) => string },
): Staged<JsonObject> {
  const { workDir: listing = [], inplaceUpdate = false } = requirements;
  const place: WorkPlace = {
    outdir,
    writable: inplaceUpdate ? { own } : "copy",
    ...(mounts === undefined || requirements.isContainerRequired !== true ? {} : { mounts }),
  };
  const entries =
    typeof listing === "string"
      ? listed(evaluate(listing, scope)).flatMap((value) => placeValue(value, place))
      : listing.flatMap((entry) => placeEntry(entry, scope, place));
  refuseCollisions(entries);
  const moved = new Map(
    entries.flatMap((entry) =>
      entry.kind === "link" || entry.kind === "copy" || entry.kind === "mount" || entry.kind === "own"
        ? [[entry.kind === "own" ? entry.original : entry.source, entry.target] as const]
        : [],
    ),
  );
  const inputs = Object.entries(scope.inputs).map(
    ([name, value]) => [name, mapFilesNow(value, (file) => moveFile(file, moved))] as const,
  );
  return { value: Object.fromEntries(inputs), entries };
}

/** The working directory, and how what is writable gets there. */
type WorkPlace = {
  readonly outdir: string;
  readonly writable: Placing;
  /** Where what a required container sees at an absolute path is kept. */
  readonly mounts?: string;
};

function placeEntry(entry: WorkDirEntry, scope: Scope, place: WorkPlace): readonly StagedEntry[] {
  switch (entry.kind) {
    case "expression":
      return listed(evaluate(entry.value, scope)).flatMap((value) => placeValue(value, place));
    case "literal":
      return listed(entry.value).flatMap((value) => placeValue(value, place));
    case "dirent": {
      const name = entry.entryname === undefined ? undefined : evaluateString(entry.entryname, scope, "entryname");
      return placeDirent({ name, value: evaluateWhole(entry.entry, scope), isWritable: entry.isWritable }, place);
    }
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
function placeValue(value: Json, place: WorkPlace): readonly StagedEntry[] {
  if (isFileObject(value)) return placeFile(value, place.outdir, "link").entries;
  if (isJsonObject(value) && value.entry !== undefined) {
    const { entry, entryname, writable } = value;
    const name = typeof entryname === "string" ? entryname : undefined;
    return placeDirent({ name, value: entry, isWritable: writable === true }, place);
  }
  throw new CwlFailure(
    `Cannot stage the working directory: found ${JSON.stringify(value)}, wanted files, directories and Dirents`,
  );
}

/** A Dirent whose expressions were evaluated. */
type Dirent = { readonly name: string | undefined; readonly value: Json; readonly isWritable: boolean };

function placeDirent({ name, value, isWritable }: Dirent, place: WorkPlace): readonly StagedEntry[] {
  const { outdir } = place;
  const mode = isWritable ? place.writable : "link";
  if (value === null) return [];
  if (name?.startsWith("/") && place.mounts !== undefined) return mountDirent(name, value, isWritable, place.mounts);
  if (isFileObject(value)) {
    const target = targetOf(outdir, name ?? safeBasename(withPath(value)));
    return placeFile(value, dirname(target), mode, safeBasename({ basename: basename(target) })).entries;
  }
  if (isList(value) && value.every((item) => item === null || isFileObject(item) || isList(item))) {
    const files = listed(value);
    if (files.every(isFileObject) && (files.length > 0 || name === undefined)) {
      const directory = name === undefined ? outdir : targetOf(outdir, name);
      return files.flatMap((file) => placeFile(file, directory, mode).entries);
    }
  }
  if (name === undefined)
    throw new CwlFailure("Cannot stage the working directory: found text without an entryname, wanted one");
  const contents = typeof value === "string" ? value : jsonText(value);
  return [{ kind: "text", target: targetOf(outdir, name), contents }];
}

/** CWL v1.2 Dirent, entryname: in a required container it may be an absolute path. */
function mountDirent(target: string, value: Json, isWritable: boolean, mounts: string): readonly StagedEntry[] {
  const file = isFileObject(value) ? withPath(value) : undefined;
  const path = file === undefined ? undefined : pathOf(file);
  if (path !== undefined && !isWritable) return [{ kind: "mount", target, source: path, isWritable }];
  const kept = join(mounts, encodeURIComponent(target));
  const mount: StagedEntry = { kind: "mount", target, source: kept, isWritable };
  if (path !== undefined) return [{ kind: "copy", target: kept, source: path }, mount];
  if (file !== undefined) {
    return [...placeFile(file, mounts, "link", safeBasename({ basename: encodeURIComponent(target) })).entries, mount];
  }
  return [{ kind: "text", target: kept, contents: typeof value === "string" ? value : jsonText(value) }, mount];
}

/** CWL v1.2 Dirent, entryname: a relative path that stays inside (absolute ones need a container). */
function targetOf(outdir: string, name: string): string {
  const target = join(outdir, name);
  if (name.startsWith("/") || target === outdir || !isInside(outdir, target)) {
    throw new CwlFailure(`Cannot stage "${name}": it leads out of the working directory, wanted a name inside it`);
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
  const sources = entries.flatMap((entry) => (entry.kind === "link" || entry.kind === "own" ? [entry.source] : []));
  const staged = entries.flatMap((entry) =>
    entry.kind === "text" || entry.kind === "directory" ? [entry.target] : [],
  );
  return [...filesIn(inputs).flatMap((file) => pathOf(file) ?? []), ...sources, ...staged];
}
