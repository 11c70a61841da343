import { access, constants, readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { errorText } from "../domain/problem.ts";
import { ifExists } from "../files/file-errors.ts";
import { databaseFile, type Layout } from "../files/layout.ts";
import { isStaleLink, ownerOfOutput } from "../files/orphans.ts";
import { databaseFacts, databaseFaults } from "../store/backup.ts";
import { wrongUsage } from "../store/recount.ts";

/** One thing that was looked at. */
export type Finding = { readonly about: string; readonly state: "good" | "warning" | "fault"; readonly detail: string };

export type ExamineDeps = { readonly layout: Layout; readonly clock: Clock };

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
  const leftovers = database.state === "fault" ? [] : await examineLeftovers(layout);
  const usage = database.state === "fault" ? [] : await examineUsage(layout);
  return [...place, database, ...leftovers, ...usage, ...(await examineTools())];
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

async function examineDatabase({ layout, clock }: ExamineDeps): Promise<Finding> {
  const file = databaseFile(layout);
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

/** A server removes them when it starts, and every hour. */
async function examineLeftovers(layout: Layout): Promise<readonly Finding[]> {
  const file = databaseFile(layout);
  if ((await ifExists(stat(file))) === undefined) return [];
  const { ids } = databaseFacts(file);
  const left = await findOrphans(layout, ids);
  if (left.length === 0) return [good("orphans", "none")];
  return [
    warning("orphans", `${left.length} of no job, such as "${left[0]}": the next start of the server removes them`),
  ];
}

/**
 * Finds what lies in the directories and is of none of these jobs and executions, and links that lead nowhere. What
 * somebody else put among the outputs is no orphan.
 */
export async function findOrphans(layout: Layout, ids: ReadonlySet<string>): Promise<readonly string[]> {
  const names = async (directory: string) => (await ifExists(readdir(directory))) ?? [];
  const orphans = (await names(layout.workDirectory))
    .filter((name) => !ids.has(name))
    .map((name) => join(layout.workDirectory, name));
  for (const name of await names(layout.outputsDirectory)) {
    const owner = ownerOfOutput(name);
    const path = join(layout.outputsDirectory, name);
    if (owner !== undefined && (!ids.has(owner) || (await isStaleLink(path)))) orphans.push(path);
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
      : fault("tools", `Cannot run any: found no ${missing.join(", ")}`),
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
