import { Problem } from "../../domain/problem.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { type Driver, isBusy } from "./driver.ts";
import type { Statement } from "./statements.ts";

/** One migration as drizzle-kit generated it. */
export type Migration = {
  readonly sql: readonly string[];
  /** When it was generated, in milliseconds since 1970: the order of migrations. */
  readonly folderMillis: number;
  readonly hash: string;
};

/** What Drizzle's own migrator keeps, in its table and its form. */
const createTable =
  "CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)";
const findTable = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '__drizzle_migrations'";
const readApplied = "SELECT hash, created_at FROM __drizzle_migrations ORDER BY created_at";
/** While another process migrates: ten seconds in all. */
const maxTries = 200;
const pauseMilliseconds = 50;
const noteApplied = "INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)";
/** Fails, with "malformed JSON", when someone else migrated since the applied migrations were read. */
const assertUnchanged =
  "SELECT CASE WHEN (SELECT count(*) FROM __drizzle_migrations) = ? THEN 1 ELSE json('migrated meanwhile') END";

/**
 * Applies the migrations that a database lacks, all or nothing. Returns how many. `beforeChange` is told of a database
 * that holds something, with how many migrations made it.
 * Throws `unavailable`, before anything is written, when the database has one that this program does not know.
 */
export async function migrate(
  driver: Driver,
  migrations: readonly Migration[],
  file: string,
  beforeChange: (applied: number) => Promise<void> = async () => {},
): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    let known = 0;
    try {
      const applied = await appliedHashes(driver);
      known = applied.length;
      refuseUnknown(applied, migrations, file);
      const missing = migrations.slice(known);
      if (missing.length > 0 && known > 0) await beforeChange(known);
      if (missing.length > 0) await driver.migrate(statementsOf(missing, known));
      return missing.length;
    } catch (error) {
      if (error instanceof Problem) throw error;
      await driver.reconnect();
      // Another process (a command beside a starting server) may be migrating, or have done so: then look again.
      const isWorthRepeating = isBusy(error) || (await appliedHashes(driver)).length > known;
      if (!isWorthRepeating || tries >= maxTries) throw error;
      await sleep(pauseMilliseconds);
    }
  }
}

function statementsOf(missing: readonly Migration[], known: number): readonly Statement[] {
  return [
    plain(createTable),
    plain(assertUnchanged, [known]),
    ...missing.flatMap((one) => [
      ...one.sql.map((text) => plain(text)),
      plain(noteApplied, [one.hash, one.folderMillis]),
    ]),
  ];
}

async function appliedHashes(driver: Driver): Promise<readonly string[]> {
  const table = await driver.execute(plain(findTable));
  if (table.rows.length === 0) return [];
  const { rows } = await driver.execute(plain(readApplied));
  return rows.map((row) => String(row.hash));
}

function refuseUnknown(applied: readonly string[], migrations: readonly Migration[], file: string): void {
  const unknown = applied.filter((hash, index) => migrations[index]?.hash !== hash).length;
  if (unknown === 0) return;
  throw new Problem(
    "unavailable",
    `Cannot open database "${file}": ${unknown} of its ${applied.length} migrations are unknown to this program, which knows ${migrations.length}; a version of Heddle at least as new as the one that wrote it is wanted`,
  );
}

function plain(text: string, args: Statement["args"] = []): Statement {
  return { sql: text, args };
}
