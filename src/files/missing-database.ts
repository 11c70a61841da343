import { readdir, stat } from "node:fs/promises";
import { Problem } from "../domain/problem.ts";
import { ifExists } from "./disk/file-errors.ts";
import { databaseFile, type Layout } from "./layout.ts";
import { ownedDirectories, ownerOfOutput } from "./orphans.ts";

/**
 * Refuses a data directory that holds files of jobs and no database which could know them: a new one would know none. Throws
 * `unavailable` with the two ways on.
 */
export async function refuseMissingDatabase(layout: Layout): Promise<void> {
  const found = await filesWithoutDatabase(layout);
  if (found === undefined) return;
  throw new Problem(
    "unavailable",
    `Cannot use data directory "${layout.dataDirectory}": found ${found} and no database that knows it, wanted heddle.db; put a backup in its place (heddle restore FILE), or begin anew (heddle serve --accept-empty-database), which sets aside what is there`,
  );
}

/** Refuses a data directory without a database, for what makes none. Throws `unavailable`. */
export async function refuseNoDatabase(layout: Layout): Promise<void> {
  const file = databaseFile(layout);
  if ((await ifExists(stat(file))) !== undefined) return;
  throw new Problem(
    "unavailable",
    `Cannot find database "${file}": found none, wanted the data directory of a service (--data)`,
  );
}

/** Words what lies in a data directory that has no database, or one without a byte; undefined when it has one, or nothing. */
export async function filesWithoutDatabase(layout: Layout): Promise<string | undefined> {
  const file = databaseFile(layout);
  const database = await ifExists(stat(file));
  if (database !== undefined && (database.size > 0 || !database.isFile())) return undefined;
  // The newest writes may stand in its log alone.
  if (((await ifExists(stat(`${file}-wal`)))?.size ?? 0) > 0) return `"${file}-wal"`;
  for (const directory of ownedDirectories(layout)) {
    const own = ((await ifExists(readdir(directory))) ?? []).filter((name) => ownerOfOutput(name) !== undefined);
    if (own.length > 0) return `${own.length} entries of jobs in "${directory}"`;
  }
  return undefined;
}
