import { dirname, join } from "node:path";
import { isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import type { StagedEntry } from "../../executors/executor.ts";
import { CwlFailure } from "../values/failure.ts";
import {
  atPath,
  isFileObject,
  mapFilesNow,
  pathOf,
  safeBasename,
  secondaryFilesOf,
  withPath,
} from "../values/file-object.ts";

/** How a file gets to its place; `own` names the job's own file for it. */
export type Placing = "link" | "copy" | { readonly own: (path: string) => string };

/** A value whose files were given their places, and what that needs. */
export type Staged<Value extends Json> = { readonly value: Value; readonly entries: readonly StagedEntry[] };

/**
 * Plans where the files of a tool's inputs lie: where they are, when that is under their own names and with their
 * secondary files beside them; otherwise linked into a directory of their own, so that equal names never meet.
 * Pure, and the same for the same inputs: after a crash it tells where things were put.
 */
export function planInputs(inputs: JsonObject, directory: string): Staged<JsonObject> {
  const entries: StagedEntry[] = [];
  let groups = 0;
  const value = Object.entries(inputs).map(([name, input]) => {
    const placed = mapFilesNow(input, (object) => {
      if (liesInPlace(object)) return object;
      const group = join(directory, String(groups));
      groups += 1;
      entries.push({ kind: "directory", target: group });
      const staged = placeFile(object, group, "link");
      entries.push(...staged.entries);
      return staged.value;
    });
    return [name, placed] as const;
  });
  return { value: Object.fromEntries(value), entries };
}

function liesInPlace(object: JsonObject): boolean {
  const path = pathOf(object);
  if (path === undefined) return false;
  const group = [object, ...secondaryFilesOf(object)];
  return group.every((file) => {
    const own = pathOf(file);
    return own !== undefined && own === join(dirname(path), safeBasename(file));
  });
}

/** Plans a file or directory with its secondary files in a directory. Throws CwlFailure when two would have one name. */
export function placeFile(
  object: JsonObject,
  directory: string,
  mode: Placing,
  name = safeBasename(withPath(object)),
): Staged<JsonObject> {
  const target = join(directory, name);
  const own = placeAlone(withPath(object), target, mode);
  const secondary = secondaryFilesOf(object).map((file) => placeFile(file, directory, mode));
  const entries = [...own.entries, ...secondary.flatMap((staged) => staged.entries)];
  refuseCollisions(entries);
  const value =
    secondary.length === 0 ? own.value : { ...own.value, secondaryFiles: secondary.map((staged) => staged.value) };
  return { value, entries };
}

function placeAlone(object: JsonObject, target: string, mode: Placing): Staged<JsonObject> {
  const value = atPath(object, target);
  const source = pathOf(object);
  if (source !== undefined) {
    if (typeof mode === "string") return { value, entries: [{ kind: mode, target, source }] };
    return { value, entries: [{ kind: "own", target, source: mode.own(source), original: source }] };
  }
  if (object.class === "File") {
    if (typeof object.contents !== "string") {
      throw new CwlFailure(`Cannot stage file "${safeBasename(object)}": found neither path nor contents, wanted one`);
    }
    const size = Buffer.byteLength(object.contents);
    return { value: { ...value, size }, entries: [{ kind: "text", target, contents: object.contents }] };
  }
  const listing = isList(object.listing) ? object.listing.filter(isFileObject) : [];
  const inside = listing.map((item) => placeFile(item, target, mode));
  return {
    value: { ...value, listing: inside.map((staged) => staged.value) },
    entries: [{ kind: "directory", target }, ...inside.flatMap((staged) => staged.entries)],
  };
}

/** Throws CwlFailure when two entries would lie at one place, or one inside another that is somebody's file. */
export function refuseCollisions(entries: readonly StagedEntry[]): void {
  const taken = new Set<string>();
  const closed = new Set<string>();
  for (const { kind, target } of entries) {
    if (taken.has(target)) throw new CwlFailure(`Cannot stage files: found two for "${target}", wanted one`);
    taken.add(target);
    if (kind === "link" || kind === "own" || kind === "text") closed.add(target);
  }
  for (const target of closed.size === 0 ? [] : taken) {
    for (let above = dirname(target); above !== dirname(above); above = dirname(above)) {
      if (!closed.has(above)) continue;
      throw new CwlFailure(
        `Cannot stage files: found "${target}" inside "${above}", which is a file or directory of somebody else, wanted another place, or a writable copy`,
      );
    }
  }
}
