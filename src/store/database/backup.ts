import { Database } from "bun:sqlite";
import { copyFile, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { errorText, Problem } from "../../domain/problem.ts";
import { packValues, unpackValues } from "./backup-values.ts";
import { explainDatabase, isDamaged } from "./database-fault.ts";
import type { Driver } from "./driver.ts";

const fileMode = 0o600;

/**
 * Writes a consistent copy of a database and of the values that stand beside it, also while a server uses it. The copy has
 * its name only when it is whole, was read back without a fault and is durable. Throws `unavailable` when it has faults.
 */
export async function copyDatabase(file: string, target: string, valuesDirectory: string): Promise<void> {
  await writeCopy(target, async (temporary) => {
    try {
      using database = new Database(file, { readwrite: true, create: false });
      database.run("PRAGMA busy_timeout = 10000");
      database.run("VACUUM INTO ?", [temporary]);
    } catch (error) {
      throw explainDatabase(file, error);
    }
    using copy = new Database(temporary, { readwrite: true, create: false });
    await packValues(copy, valuesDirectory);
  });
}

/**
 * Copies a database that a driver of this process has open, as `copyDatabase` does. A second library must not open the
 * same file in one process: by closing it again it would drop the locks of the first.
 */
export async function copyOpenDatabase(driver: Pick<Driver, "execute">, target: string): Promise<void> {
  await writeCopy(target, async (temporary) => {
    await driver.execute({ sql: "VACUUM INTO ?", args: [temporary] });
  });
}

async function writeCopy(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}.part`;
  await rm(temporary, { force: true });
  try {
    await write(temporary);
    const faults = databaseFaults(temporary);
    if (faults.length > 0) {
      throw new Problem("unavailable", `Cannot write copy "${target}": found ${faults.join("; ")}, wanted no fault`);
    }
    await nameDurably(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Puts a copy in the place of a database that nobody uses, and the values that it holds to where they stand; the old one
 * stays beside it as `<file>.replaced`.
 */
export async function replaceDatabase(file: string, copy: string, valuesDirectory: string): Promise<void> {
  requireBackup(copy);
  const temporary = `${file}.part`;
  await copyFile(copy, temporary);
  {
    using restored = new Database(temporary, { readwrite: true, create: false });
    await unpackValues(restored, valuesDirectory);
  }
  // Folds what its log holds into the old one: its log must not be taken for the new one's.
  if (await Bun.file(file).exists()) {
    foldOldLog(file);
  }
  for (const suffix of ["-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });
  if (await Bun.file(file).exists()) await rename(file, `${file}.replaced`);
  await nameDurably(temporary, file);
}

/** Refuses what is no backup. Throws `invalid-parameter-value`. */
export function requireBackup(copy: string): void {
  const faults = [...databaseFaults(copy), ...missingTables(copy)];
  if (faults.length === 0) return;
  const detail = `Cannot restore "${copy}": found ${faults.join("; ")}, wanted a backup`;
  throw new Problem("invalid-parameter-value", detail);
}

/** A database that is damaged, or is none, is put aside as it is. */
function foldOldLog(file: string): void {
  try {
    using old = new Database(file, { readwrite: true, create: false });
    old.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    if (!isDamaged(error)) throw explainDatabase(file, error);
  }
}

/** Gives the log of a database that is gone another name: a new database must not take it for its own. */
export async function setLogAside(file: string): Promise<void> {
  const database = Bun.file(file);
  if ((await database.exists()) && database.size > 0) return;
  await rm(`${file}-shm`, { force: true });
  const log = Bun.file(`${file}-wal`);
  if (await log.exists()) await rename(`${file}-wal`, `${file}-wal.replaced`);
}

/** Reads a whole database and tells what is wrong with it; empty when nothing is. */
export function databaseFaults(file: string): readonly string[] {
  try {
    using database = new Database(file, { readwrite: true, create: false });
    const rows = database
      .query<{ fault: string }, []>("SELECT integrity_check AS fault FROM pragma_integrity_check")
      .all();
    const faults = rows.map((row) => row.fault).filter((text) => text !== "ok");
    return faults;
  } catch (error) {
    return [errorText(error)];
  }
}

function missingTables(file: string): readonly string[] {
  if (databaseFaults(file).length > 0) return [];
  using database = new Database(file, { readwrite: true, create: false });
  const table = database.query("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").get();
  return table === null ? ["no table of jobs"] : [];
}

/** What a look at a database tells, without the service. */
export type DatabaseFacts = {
  readonly jobs: number;
  readonly unfinished: number;
  readonly openExecutions: number;
  /** When the newest job changed, in milliseconds since 1970. */
  readonly newestAt: number;
  /** Ids of all jobs, executions and uploaded files. */
  readonly ids: ReadonlySet<string>;
};

/** Tells whether a key was ever made, as far as a database can be read. */
export function holdsKeys(file: string): boolean {
  try {
    using database = new Database(file, { readwrite: true, create: false });
    return database.query("SELECT 1 FROM keys LIMIT 1").get() !== null;
  } catch (error) {
    // What cannot be read is told by what looks at the database itself.
    if (error instanceof Error && error.name === "SQLiteError") return false;
    throw error;
  }
}

/** Counts what stands in a database. */
export function databaseFacts(file: string): DatabaseFacts {
  using database = new Database(file, { readwrite: true, create: false });
  const count = (query: string) => database.query<{ found: number | null }, []>(query).get()?.found ?? 0;
  const rows = database
    .query<{ id: string }, []>(
      "SELECT id FROM jobs UNION ALL SELECT id FROM executions UNION ALL SELECT id FROM vault_files",
    )
    .all();
  return {
    jobs: count("SELECT count(*) AS found FROM jobs"),
    unfinished: count("SELECT count(*) AS found FROM jobs WHERE status IN ('accepted', 'running')"),
    openExecutions: count("SELECT count(*) AS found FROM executions WHERE ended_at IS NULL"),
    newestAt: count("SELECT max(updated_at) AS found FROM jobs"),
    ids: new Set(rows.map((row) => row.id)),
  };
}

async function nameDurably(temporary: string, target: string): Promise<void> {
  {
    await using handle = await open(temporary, "r");
    await handle.chmod(fileMode);
    await handle.sync();
  }
  await rename(temporary, target);
  await using directory = await open(dirname(target), "r");
  await directory.sync();
}
