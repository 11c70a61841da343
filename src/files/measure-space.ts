import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type MeasuredSpace, type SpaceArea, spaceAreas } from "../domain/space.ts";
import { hasCode, ifExists } from "./file-errors.ts";
import { databaseFile, imagesDirectory, isInside, type Layout, valuesDirectory } from "./layout.ts";
import { orphansName } from "./orphans.ts";
import { stepCacheDirectory } from "./step-cache.ts";

/** So many files and directories are looked at: some seconds to a minute. */
const mostEntries = 500_000;

/** The unit that the kernel counts what a file takes of the disk in. */
const blockBytes = 512;

type Place = { readonly path: string; readonly area: SpaceArea; readonly isDirectory: boolean };

/**
 * Measures what each kind of files of a service takes of the disk, below all directories that it has: one file after the other, so
 * that the machine has its turns; links are not followed, holes of files do not count, and a file with several names counts once.
 * At most `most` files and directories are looked at.
 */
export async function measureSpace(layout: Layout, most = mostEntries): Promise<MeasuredSpace> {
  const areaOf = createAreas(layout);
  const sums = new Map(spaceAreas.map((area) => [area, { bytes: 0, files: 0 }]));
  const named = new Set<string>();
  const left: Place[] = rootsOf(layout).map((path) => ({ path, area: areaOf(path, "other"), isDirectory: true }));
  let [seen, unread] = [0, 0];
  while (seen < most) {
    const place = left.pop();
    if (place === undefined) break;
    const { path, area, isDirectory } = place;
    const facts = await ifExists(lstat(path));
    // Files come and go while a tool writes.
    if (facts === undefined) continue;
    seen += 1;
    const sum = sums.get(area);
    if (sum !== undefined && isFirstName(named, facts)) {
      sum.bytes += facts.blocks * blockBytes;
      sum.files += isDirectory ? 0 : 1;
    }
    if (!isDirectory) continue;
    const entries = await entriesOf(path);
    if (entries === undefined) unread += 1;
    for (const entry of entries ?? []) {
      const below = join(path, entry.name);
      left.push({ path: below, area: areaOf(below, area), isDirectory: entry.isDirectory() });
    }
  }
  const areas = spaceAreas.map((area) => ({ area, bytes: 0, files: 0, ...sums.get(area) }));
  const totalBytes = areas.reduce((total, { bytes }) => total + bytes, 0);
  return { areas, totalBytes, isWhole: left.length === 0, unread };
}

/** A tool may leave a directory that nobody may look into; undefined for such a one. */
async function entriesOf(path: string) {
  try {
    return (await ifExists(readdir(path, { withFileTypes: true }))) ?? [];
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

type Named = { readonly dev: number; readonly ino: number; readonly nlink: number; isDirectory(): boolean };

/** A file that has several names, as one that the cache shares with results, takes its place once. */
function isFirstName(named: Set<string>, facts: Named): boolean {
  if (facts.nlink < 2 || facts.isDirectory()) return true;
  const key = `${facts.dev}:${facts.ino}`;
  if (named.has(key)) return false;
  named.add(key);
  return true;
}

/** The directories of a service, without those that lie below another of them. */
function rootsOf(layout: Layout): readonly string[] {
  const { dataDirectory, sharedDirectory, outputsDirectory, workDirectory, vaultDirectory } = layout;
  const all = [...new Set([dataDirectory, sharedDirectory, outputsDirectory, workDirectory, vaultDirectory])];
  return all.filter((one) => all.every((other) => other === one || !isInside(other, one)));
}

/** Makes the function that tells of which area a path is, by its directory's. */
function createAreas(layout: Layout): (path: string, above: SpaceArea) => SpaceArea {
  const { dataDirectory, sharedDirectory, outputsDirectory, workDirectory, vaultDirectory } = layout;
  const own: ReadonlyMap<string, SpaceArea> = new Map([
    [dataDirectory, "other"],
    [sharedDirectory, "other"],
    [outputsDirectory, "results"],
    [workDirectory, "work"],
    [vaultDirectory, "uploads"],
    [valuesDirectory(layout), "values"],
    [stepCacheDirectory(layout), "cache"],
    [imagesDirectory(layout), "images"],
  ]);
  const database = basename(databaseFile(layout));
  return (path, above) => {
    const known = own.get(path);
    if (known !== undefined) return known;
    const [directory, name] = [dirname(path), basename(path)];
    if (name === orphansName && own.has(directory)) return "orphans";
    if (directory === outputsDirectory && name.endsWith(".log")) return "logs";
    if (directory !== dataDirectory || above !== "other") return above;
    if ([database, `${database}-wal`, `${database}-shm`].includes(name)) return "database";
    // What a restore put aside, what was copied before a step to a newer version, and what somebody wrote there.
    return name.startsWith(database) || name.endsWith(".db") ? "backups" : above;
  };
}
