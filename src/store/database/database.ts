import { mkdir, open, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { createTakeIn } from "../job-lists/take-in.ts";
import { takeInAll } from "../job-lists/take-in-all.ts";
import { createJobFeed, type JobFeed, type LiveProgress } from "../jobs/job-feed.ts";
import { migrationFiles } from "../migrations.macro.ts" with { type: "macro" };
import type { Row } from "../rows.ts";
import { copyOpenDatabase } from "./backup.ts";
import { explainDatabase } from "./database-fault.ts";
import { type Driver, openDriver } from "./driver.ts";
import { type Migration, migrate } from "./migrate.ts";
import { rowsOf, type Statement, type StatementResult } from "./statements.ts";
import { createWriteQueue, type WriteFigures } from "./write-queue.ts";

/** Evaluated while bundling. */
const embeddedMigrations: readonly Migration[] = migrationFiles();

/** An open database. Its functions are for the files of this folder; others call those. */
export type Database = AsyncDisposable & {
  /**
   * Commits the statements, all or nothing, together with other writes of the same turn; durable when it resolves.
   * `changed` are ids of jobs whose followers are told after the commit; `standing` and `more`: see WriteOptions.
   * Throws `unavailable` when another process holds the lock for half a minute, or the database is closed.
   */
  write(
    statements: readonly Statement[],
    changed?: readonly string[],
    standing?: Statement,
    more?: () => Promise<readonly Statement[]>,
  ): Promise<readonly StatementResult[]>;
  /** Reads what a statement selected. */
  read<Selected = Row>(statement: Statement<Selected>): Promise<readonly Selected[]>;
  /** Refuses writes for a reason, such as that the file was removed: they would be lost. With `undefined` no more. */
  refuseWrites(cause: string | undefined): void;
  /** Publishes progress between two stored events, in memory only. */
  announce(jobId: string, live: LiveProgress): void;
  /** What happened since the start; `synchronous` is the connection's own answer (1 is NORMAL: the queue syncs the log itself). */
  figures(): Promise<WriteFigures & { readonly synchronous: number }>;
  /** Goes along with each write that ends a job, as its `more`: now and then it takes jobs into the lists. */
  readonly takeIn: () => Promise<readonly Statement[]>;
  /** The clock's: what takes long is ended by it. */
  elapsed(): number;
  readonly feed: JobFeed;
};

export type DatabaseOptions = {
  /** Made, with its directory, when it does not exist. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those of the program when absent. */
  readonly migrations?: readonly Migration[];
};

const directoryMode = 0o700;
const fileMode = 0o600;

/**
 * Opens a database and applies the migrations that it lacks, all or nothing.
 * Throws `unavailable`, with nothing touched, when it was written by a newer program.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { clock, logger, migrations = embeddedMigrations } = options;
  const file = resolve(options.file);
  const driver = (await prepareFile(file, migrations, logger)) ?? openDriver(file);
  const feed = createJobFeed();
  let isLost = false;
  const queue = createWriteQueue({ driver, clock, logger, onChanged: feed.changed, pause: sleep });
  const read: Database["read"] = async (statement) => rowsOf(statement, await queue.read(statement));
  return {
    feed,
    takeIn: createTakeIn(read),
    write: (statements, changed, standing, more) =>
      queue.write(statements, {
        ...(more === undefined ? {} : { more }),
        ...(changed === undefined ? {} : { changed }),
        ...(standing === undefined ? {} : { standing }),
      }),
    read,
    refuseWrites(cause) {
      isLost = cause !== undefined;
      queue.refuse(cause);
    },
    announce: feed.announce,
    elapsed: () => clock.elapsed(),
    async figures() {
      const { rows } = await queue.read({ sql: "PRAGMA synchronous", args: [] });
      return { synchronous: Number(rows[0]?.synchronous), ...queue.figures() };
    },
    async [Symbol.asyncDispose]() {
      feed.close();
      await queue.close();
      await (isLost ? rescue(driver, file, logger) : foldLog(driver, logger));
      driver.close();
    },
  };
}

/** What was removed under its name is gone for good when it is closed: a copy is left beside where it was. */
async function rescue(driver: Driver, file: string, logger: Logger): Promise<void> {
  const target = `${file}.rescued`;
  try {
    await copyOpenDatabase(driver, target);
    logger.warn("Kept a copy of the database that was removed: heddle restore puts it in its place", { target });
  } catch (error) {
    logger.error("Cannot keep a copy of the database that was removed", { target, error });
  }
}

/** Gives the connection on which nothing had to be changed. Leaves no file behind that it could not make a database of. Throws `unavailable` in one sentence. */
async function prepareFile(
  file: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<Driver | undefined> {
  let isNew = false;
  try {
    isNew = await createPrivately(file);
    return await migrateFile(file, migrations, logger);
  } catch (error) {
    if (isNew) for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });
    throw explainDatabase(file, error);
  }
}

/** Folds the write-ahead log into the file, which is whole then. Not needed for durability: the next start would do it. */
async function foldLog(driver: Driver, logger: Logger): Promise<void> {
  try {
    await driver.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
  } catch (error) {
    logger.warn("The write-ahead log could not be folded into the database", { error });
  }
}

/** Gives its connection when the schema is as it was. A change has one of its own: statements that the other one keeps must not see it. */
async function migrateFile(
  file: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<Driver | undefined> {
  const driver = openDriver(file);
  let isKept = false;
  try {
    const keep = (known: number) => copyOpenDatabase(driver, `${file}.of-${known}-migrations`);
    const applied = await migrate(driver, migrations, file, keep);
    // One that is new has no schema of before.
    if (applied > 0 && applied < migrations.length)
      logger.info("The database was migrated", { file, migrations: applied });
    await takeInAll(driver, logger, applied > 0);
    isKept = applied === 0;
    return isKept ? driver : undefined;
  } finally {
    if (!isKept) driver.close();
  }
}

/** SQLite would make the file readable for all; its companions take over the file's mode. True when there was none. */
async function createPrivately(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: directoryMode });
  try {
    // Never opens an existing one: closing it again would drop the locks that this process may hold on it.
    const handle = await open(file, "wx", fileMode);
    await handle.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return false;
  }
}
