import { access, constants, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { areaWords } from "../../domain/figures/space.ts";
import { errorText } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { measureSpace } from "../../files/disk/measure-space.ts";
import { databaseFile, type Layout } from "../../files/layout.ts";
import { filesWithoutDatabase } from "../../files/missing-database.ts";
import { isStaleLink, listSetAside, ownedDirectories, ownerOfOutput } from "../../files/orphans.ts";
import { databaseFacts, databaseFaults } from "../../store/database/backup.ts";
import { wrongUsage } from "../../store/database/recount.ts";
import { deployedPackages } from "../../store/processes/deployed-packages.ts";
import { fileProblems } from "../../store/processes/process-files.ts";
import { outdatedParts } from "../deploy/outdated-parts.ts";

/** One thing that was looked at. */
export type Finding = { readonly about: string; readonly state: "good" | "warning" | "fault"; readonly detail: string };

export type ExamineDeps = {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly hasLivingTool: (executionId: string) => Promise<boolean>;
};

const lowBytes = 2 ** 30;

/** File systems of other machines, by their magic numbers (statfs(2)): SQLite's log needs memory that one machine shares. */
const networkFileSystems: Readonly<Record<number, string>> = {
  26985: "NFS",
  4283649346: "CIFS",
  4266872130: "SMB2",
  16914839: "9p",
  12805120: "CephFS",
  198183888: "Lustre",
  1397113167: "AFS",
};

/** Looks at a data directory and the machine, and changes nothing; safe beside a server that runs. */
export async function examineData(deps: ExamineDeps): Promise<readonly Finding[]> {
  const { layout } = deps;
  const place = await examineDirectory(layout);
  if (place.some((finding) => finding.state === "fault")) return place;
  const database = await examineDatabase(deps);
  const leftovers = database.state === "fault" ? [] : await examineLeftovers(deps);
  const usage = database.state === "fault" ? [] : await examineUsage(layout);
  const packages = database.state === "fault" ? [] : await examinePackages(layout);
  const aside = await examineSetAside(layout);
  return [
    ...place,
    await examineSpace(layout),
    database,
    ...leftovers,
    ...usage,
    ...packages,
    ...aside,
    ...(await examineTools()),
  ];
}

async function examineDirectory(layout: Layout): Promise<readonly Finding[]> {
  const directory = layout.dataDirectory;
  try {
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode } = await stat(directory);
    const { type, bavail, bsize } = await statfs(directory);
    const network = networkFileSystems[type >>> 0];
    const free = bavail * bsize;
    return [
      (mode & 0o077) === 0
        ? good("data directory", directory)
        : warning("data directory", `${directory} can be read by other users of this machine, wanted mode 0700`),
      ...dottedName(directory),
      network === undefined
        ? good("file system", "local")
        : warning("file system", `${network}: the database is only safe on a file system of this machine`),
      free >= lowBytes
        ? good("free space", `${Math.floor(free / 2 ** 20)} MiB`)
        : warning("free space", `${Math.floor(free / 2 ** 20)} MiB, wanted 1024 or more`),
    ];
  } catch (error) {
    return [fault("data directory", `Cannot use "${directory}": ${errorText(error)}`)];
  }
}

/** What the files take, the most first, as the page of the system tells it. */
async function examineSpace(layout: Layout): Promise<Finding> {
  const { areas, totalBytes, isWhole, unread } = await measureSpace(layout);
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const parts = areas
    .filter(({ bytes }) => bytes > 0)
    .toSorted((one, other) => other.bytes - one.bytes)
    .map(({ area, bytes }) => `${areaWords[area]} ${mebibytes(bytes)}`);
  const sum = `${isWhole && unread === 0 ? "" : "more than "}${mebibytes(totalBytes)}`;
  return good("space", [sum, ...parts].join("; "));
}

/** Programs that take the part of a path before its first dot for a name, as many do, are led astray by one above it. */
function dottedName(directory: string): readonly Finding[] {
  const dotted = resolve(directory)
    .split(sep)
    .find((name) => name.includes("."));
  if (dotted === undefined) return [];
  const detail = `"${directory}" has a dot in "${dotted}", where tools may cut the paths of their files; wanted names without dots`;
  return [warning("directory name", detail)];
}

/**
 * Packages, with their descriptions, that were deployed when more was taken: they run on, and whoever deploys them again must
 * change them. And files of the folder of processes that the service could not deploy.
 */
async function examinePackages(layout: Layout): Promise<readonly Finding[]> {
  const file = databaseFile(layout);
  if ((await ifExists(stat(file))) === undefined) return [];
  const outdated = deployedPackages(file).flatMap((deployed) =>
    outdatedParts(deployed).map((detail) =>
      warning("packages", `process "${deployed.process.id}" would be refused today: ${detail}`),
    ),
  );
  const broken = fileProblems(file).map(({ path, problem }) => warning("processes folder", `"${path}": ${problem}`));
  return [...outdated, ...broken];
}

async function examineDatabase({ layout, clock }: ExamineDeps): Promise<Finding> {
  const file = databaseFile(layout);
  const files = await filesWithoutDatabase(layout);
  if (files !== undefined) return fault("database", `there is none that knows ${files}: see heddle restore`);
  if ((await ifExists(stat(file))) === undefined) return good("database", "there is none yet");
  const faults = databaseFaults(file);
  if (faults.length > 0) return fault("database", faults.join("; "));
  const { jobs, unfinished, openExecutions, newestAt } = databaseFacts(file);
  const facts = `${jobs} jobs, ${unfinished} of them unfinished, ${openExecutions} executions without an end`;
  const ahead = newestAt - clock.now();
  return ahead > 60_000
    ? warning("clock", `${Math.round(ahead / 1000)} s behind what stands in the database; ${facts}`)
    : good("database", facts);
}

/** What quotas are compared with must be what clients have. */
async function examineUsage(layout: Layout): Promise<readonly Finding[]> {
  const file = databaseFile(layout);
  if ((await ifExists(stat(file))) === undefined) return [];
  const wrong = wrongUsage(file);
  if (wrong.length === 0) return [];
  return [
    warning("usage", `the sums of ${wrong.length} clients are wrong, such as ${wrong[0]}: doctor --fix counts anew`),
  ];
}

/** A server sets them aside when it starts, and every hour. */
async function examineLeftovers(deps: ExamineDeps): Promise<readonly Finding[]> {
  const { layout } = deps;
  const file = databaseFile(layout);
  if ((await ifExists(stat(file))) === undefined) return [];
  const { ids } = databaseFacts(file);
  const left = await findOrphans(deps, ids);
  const [first] = left;
  if (first === undefined) return [good("orphans", "none")];
  const example = join(first.directory, first.name);
  return [
    warning("orphans", `${left.length} of no job, such as "${example}": the next start of the server sets them aside`),
  ];
}

/** What a server set aside: of a database that was there before, or that was lost. */
async function examineSetAside(layout: Layout): Promise<readonly Finding[]> {
  const found = await listSetAside(layout);
  const [oldest] = found;
  if (oldest === undefined) return [];
  const places = [...new Set(found.map(({ path }) => dirname(path)))].map((place) => `"${place}"`).join(", ");
  return [warning("set aside", `${found.length} that the database did not know, since ${oldest.day}, in ${places}`)];
}

/** An entry that no row knows, or a link of a known job that leads nowhere. */
export type Orphan = { readonly directory: string; readonly name: string; readonly isStale: boolean };

/**
 * Finds what lies in the directories and is of none of these jobs and executions, and links that lead nowhere. What
 * somebody else put among the outputs is no orphan.
 */
export async function findOrphans(
  { layout, hasLivingTool }: ExamineDeps,
  ids: ReadonlySet<string>,
): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = [];
  for (const directory of ownedDirectories(layout)) {
    for (const name of (await ifExists(readdir(directory))) ?? []) {
      const owner = ownerOfOutput(name);
      if (owner === undefined) continue;
      const isStale = ids.has(owner) && (await isStaleLink(join(directory, name)));
      if (isStale || (!ids.has(owner) && !(await hasLivingTool(owner)))) orphans.push({ directory, name, isStale });
    }
  }
  return orphans;
}

async function examineTools(): Promise<readonly Finding[]> {
  const needed = ["/bin/sh", "/usr/bin/env", "/proc/self/stat"];
  const missing: string[] = [];
  for (const path of needed) {
    if ((await ifExists(stat(path))) === undefined) missing.push(path);
  }
  return [
    missing.length === 0
      ? good("tools", "can be run")
      : fault("tools", `Cannot run tools: found no ${missing.join(", ")}`),
  ];
}

function good(about: string, detail: string): Finding {
  return { about, state: "good", detail };
}

function warning(about: string, detail: string): Finding {
  return { about, state: "warning", detail };
}

function fault(about: string, detail: string): Finding {
  return { about, state: "fault", detail };
}
