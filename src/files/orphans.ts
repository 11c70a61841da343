import { lstat, mkdir, readdir, rename, rm, rmdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifExists } from "./disk/file-errors.ts";
import { directoryMode, type Layout, valuesDirectory } from "./layout.ts";

/** What we put into these directories is named after an id; a hidden name is one before its renaming, or of an upload that is not whole. */
const ownName = /^\.?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.log|\.xml|\.parts?)?(?:\.link|\.status)?$/;

/** Reads the job or execution from a name in the output directory; undefined for what somebody else put there. */
export function ownerOfOutput(name: string): string | undefined {
  return ownName.exec(name)?.[1];
}

/** Tells whether a path is a link that leads nowhere. */
export async function isStaleLink(path: string): Promise<boolean> {
  if ((await ifExists(lstat(path)))?.isSymbolicLink() !== true) return false;
  return (await ifExists(stat(path))) === undefined;
}

/** The directory of what was set aside, in each that `ownedDirectories` lists. */
export const orphansName = ".orphans";
const dayMilliseconds = 24 * 60 * 60 * 1000;

/** The directories that hold what rows of the database name; each may be a file system of its own. */
export function ownedDirectories(layout: Layout): readonly string[] {
  return [layout.outputsDirectory, layout.workDirectory, layout.vaultDirectory, valuesDirectory(layout)];
}

/** What was set aside: where it lies now, whose it is, and where it came from. */
export type SetAside = {
  readonly path: string;
  readonly owner: string;
  readonly origin: string;
  /** The day it was set aside, `2026-01-31`. */
  readonly day: string;
};

/**
 * Moves an entry of a directory that no row knows below `.orphans/<day>/` of the same directory, so that it stays on its file
 * system; gives where it lies then, undefined when it is gone. `at` is the time in milliseconds since 1970.
 */
export async function setAside(directory: string, name: string, at: number): Promise<string | undefined> {
  if ((await ifExists(lstat(join(directory, name)))) === undefined) return undefined;
  const day = new Date(at).toISOString().slice(0, 10);
  for (let number = 1; ; number += 1) {
    const place = join(directory, orphansName, number === 1 ? day : `${day}.${number}`);
    await mkdir(place, { recursive: true, mode: directoryMode });
    const target = join(place, name);
    // One of the same name may lie there since the database was exchanged before.
    if ((await ifExists(lstat(target))) !== undefined) continue;
    const moved = await ifExists(rename(join(directory, name), target).then(() => target));
    return moved;
  }
}

/** Lists what was set aside in the directories of a layout, the oldest day first. */
export async function listSetAside(layout: Layout): Promise<readonly SetAside[]> {
  const found: SetAside[] = [];
  for (const origin of ownedDirectories(layout)) {
    for (const day of await namesIn(join(origin, orphansName))) {
      for (const name of await namesIn(join(origin, orphansName, day))) {
        const owner = ownerOfOutput(name);
        const path = join(origin, orphansName, day, name);
        if (owner !== undefined) found.push({ path, owner, origin: join(origin, name), day: day.slice(0, 10) });
      }
    }
  }
  return found.toSorted((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0));
}

/** Brings back what was set aside, unless something took its place. False when it stays where it is. */
export async function bringBack({ path, origin }: SetAside): Promise<boolean> {
  if ((await ifExists(lstat(origin))) !== undefined) return false;
  await rename(path, origin);
  // The day's directory goes with the last that it held.
  await removeEmpty(join(path, ".."));
  await removeEmpty(join(path, "..", ".."));
  return true;
}

/** Returns when the first day of what was set aside has been kept for so many days, in milliseconds since 1970; undefined when nothing was. */
export async function nextOrphanEnd(layout: Layout, keptDays: number): Promise<number | undefined> {
  const days = await Promise.all(ownedDirectories(layout).map((origin) => namesIn(join(origin, orphansName))));
  const starts = days
    .flat()
    .map(startOfDay)
    .filter((start) => !Number.isNaN(start));
  return starts.length === 0 ? undefined : Math.min(...starts) + (keptDays + 1) * dayMilliseconds;
}

function startOfDay(name: string): number {
  return Date.parse(`${name.slice(0, 10)}T00:00:00Z`);
}

/** Removes the days that ended more than so long ago; gives how many entries they held. */
export async function removeOldOrphans(layout: Layout, now: number, keptDays: number): Promise<number> {
  let removed = 0;
  for (const origin of ownedDirectories(layout)) {
    for (const day of await namesIn(join(origin, orphansName))) {
      const age = now - startOfDay(day);
      if (Number.isNaN(age) || age < (keptDays + 1) * dayMilliseconds) continue;
      removed += await removeDay(join(origin, orphansName, day));
    }
  }
  return removed;
}

/** Removes the oldest days on each file system that has less than `minFreeBytes`, until it has; gives how many entries they held. */
export async function removeOrphansForSpace(layout: Layout, minFreeBytes: number): Promise<number> {
  let removed = 0;
  for (const origin of ownedDirectories(layout)) {
    for (const day of (await namesIn(join(origin, orphansName))).toSorted()) {
      const { bavail, bsize } = await statfs(origin);
      if (bavail * bsize >= minFreeBytes) break;
      removed += await removeDay(join(origin, orphansName, day));
    }
  }
  return removed;
}

async function removeDay(directory: string): Promise<number> {
  const names = await namesIn(directory);
  await rm(directory, { recursive: true, force: true });
  await removeEmpty(join(directory, ".."));
  return names.length;
}

async function removeEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT")) throw error;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await ifExists(readdir(directory))) ?? [];
}
