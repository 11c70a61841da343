import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type MeasuredSpace, type SpaceArea, spaceAreas, type WorkSpace } from "../../domain/figures/space.ts";
import { databaseFile, imagesDirectory, isInside, type Layout, valuesDirectory } from "../layout.ts";
import { orphansName } from "../orphans.ts";
import { stepCacheDirectory } from "../step-cache.ts";
import { hasCode, ifExists } from "./file-errors.ts";

/** So many files and directories are looked at: some seconds to a minute. */
const mostEntries = 500_000;

/** The unit that the kernel counts what a file takes of the disk in. */
const blockBytes = 512;

/** A directory that is walked through: what its entries are, and how many were looked at. */
type Level = Place & { readonly names: readonly string[]; next: number };

/** `work`: the execution of whose work directory it is a part. */
type Place = { readonly path: string; readonly area: SpaceArea; readonly work?: string };

/** So many work directories are told. */
const mostWorks = 10;

/**
 * Measures what each kind of files of a service takes of the disk, below all directories that it has: one file after the other, so
 * that the machine has its turns; links are not followed, holes of files do not count, and a file with several names counts once.
 * At most `most` files and directories are looked at.
 */
export async function measureSpace(layout: Layout, most = mostEntries): Promise<MeasuredSpace> {
  const areaOf = createAreas(layout);
  const sums = new Map(spaceAreas.map((area) => [area, { bytes: 0, contentBytes: 0, files: 0 }]));
  const named = new Set<string>();
  // Entries are taken from the list of their directory one by one: one with a million of them must not hold the program.
  const levels: Level[] = [];
  let [seen, unread] = [0, 0];
  const works = new Map<string, number>();
  const look = async (place: Place) => {
    const { path, area, work } = place;
    seen += 1;
    const facts = await ifAllowed(lstat(path));
    if (facts === "closed") unread += 1;
    // Files come and go while a tool writes.
    if (facts === undefined || facts === "closed") return;
    const sum = sums.get(area);
    if (sum !== undefined && facts.isFile()) sum.contentBytes += facts.size;
    if (sum !== undefined && isFirstName(named, facts)) {
      sum.bytes += facts.blocks * blockBytes;
      sum.files += facts.isDirectory() ? 0 : 1;
      if (work !== undefined) works.set(work, (works.get(work) ?? 0) + facts.blocks * blockBytes);
    }
    if (!facts.isDirectory()) return;
    const names = await ifAllowed(readdir(path));
    if (names === "closed") unread += 1;
    else if (names !== undefined) levels.push({ ...place, names, next: 0 });
  };
  for (const root of rootsOf(layout)) {
    await look({ path: root, area: areaOf(root, "other") });
    for (let level = levels.at(-1); level !== undefined && seen < most; level = levels.at(-1)) {
      const name = level.names[level.next];
      level.next += 1;
      if (name === undefined) {
        levels.pop();
        continue;
      }
      const path = join(level.path, name);
      const area = areaOf(path, level.area);
      const work = level.path === layout.workDirectory ? name : level.work;
      await look({ path, area, ...(area === "work" && work !== undefined ? { work } : {}) });
    }
  }
  const areas = spaceAreas.map((area) => ({ area, bytes: 0, contentBytes: 0, files: 0, ...sums.get(area) }));
  const totalBytes = areas.reduce((total, { bytes }) => total + bytes, 0);
  return { areas, totalBytes, isWhole: levels.length === 0, unread, works: largestOf(works) };
}

function largestOf(works: ReadonlyMap<string, number>): readonly WorkSpace[] {
  const all = [...works].map(([executionId, bytes]) => ({ executionId, bytes }));
  return all.toSorted((one, other) => other.bytes - one.bytes).slice(0, mostWorks);
}

/** Tells whether one of the work directories that were measured is there no more: what they took is free since. */
export async function isWorkGone(layout: Layout, works: readonly WorkSpace[]): Promise<boolean> {
  const found = works.map(({ executionId }) => ifExists(lstat(join(layout.workDirectory, executionId))));
  return (await Promise.all(found)).includes(undefined);
}

/** Waits for a look at the disk: undefined where nothing is, "closed" for what a tool left so that nobody may look into it, or too deep to be reached. */
async function ifAllowed<Found>(look: Promise<Found>): Promise<Found | undefined | "closed"> {
  try {
    return await ifExists(look);
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENAMETOOLONG")) return "closed";
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
    // The status document of a job of WPS 1.0 is no result of it.
    if (directory === outputsDirectory && name.endsWith(".xml")) return "other";
    if (directory !== dataDirectory || above !== "other") return above;
    if ([database, `${database}-wal`, `${database}-shm`].includes(name)) return "database";
    // What a restore put aside, what was copied before a step to a newer version, and what somebody wrote there.
    return name.startsWith(database) || name.endsWith(".db") ? "backups" : above;
  };
}
