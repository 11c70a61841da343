import { ConnectionPool, Sqlite3Client } from "@libsql/client/sqlite3";
import { type FileGuard, guardFile } from "./file-guard.ts";
import { createLogSync } from "./log-sync.ts";
import { type Connection, keepStatements } from "./prepared-statements.ts";
import type { Statement, StatementResult } from "./statements.ts";

/** The one connection to a database file, as the write queue sees it. */
export type Driver = {
  /** Runs the statements in one transaction that takes the write lock first. It is durable after the next `sync`. */
  batch(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
  execute(statement: Statement): Promise<StatementResult>;
  /** Resolves when all that was committed before is on the disk, without a wait of the event loop. */
  sync(): Promise<void>;
  /** Runs statements that change the schema, all or nothing, and durably. */
  migrate(statements: readonly Statement[]): Promise<void>;
  /** Drops the connection; the next call opens another one. */
  reconnect(): Promise<void>;
  close(): void;
};

/** How long a call waits for another process's lock. Short: the wait blocks the event loop, longer ones are ours. */
const lockWaitMilliseconds = 50;

/** Kept from the first use on, beside the compiled queries. */
const transactionTexts = ["BEGIN IMMEDIATE", "COMMIT"];

/**
 * Opens a database file, which must exist, with one connection at a time. Later connections, after an error, are to the same
 * file or none: a removed one would be made anew, empty.
 */
export function openDriver(file: string): Driver {
  const kept = new Set<string>(transactionTexts);
  const pool = new SingleConnection(file, (text) => kept.has(text));
  const client = new Sqlite3Client(pool, "number");
  const log = createLogSync(file);
  const given = (statement: Statement) => {
    if (statement.keep === true) kept.add(statement.sql);
    return { sql: statement.sql, args: statement.args.slice() };
  };
  return {
    batch: (statements) => client.batch(statements.map(given), "write"),
    execute: (statement) => client.execute(given(statement)),
    // A connection without such a log syncs each commit itself.
    sync: async () => {
      if (pool.keepsLog) await log.sync();
    },
    migrate: async (statements) => {
      await client.migrate(statements.map(given));
      if (pool.keepsLog) await log.sync();
    },
    reconnect: () => {
      log.forget();
      return client.reconnect();
    },
    close: () => {
      log.forget();
      client.close();
    },
  };
}

/**
 * The client's pool, held to one connection (with several, writes of one process would lock each other out) and setting
 * up each connection that it opens, so that none is ever used without its settings, whenever the client reconnects.
 */
class SingleConnection extends ConnectionPool {
  readonly #ready = new WeakSet<Connection>();
  readonly #isKept: (text: string) => boolean;
  readonly #file: string;
  /** Of the file that the first connection found. */
  #guard: FileGuard | undefined;
  #mustLook = false;
  #keepsLog = false;

  constructor(file: string, isKept: (text: string) => boolean) {
    super(file, { timeout: lockWaitMilliseconds }, 1);
    this.#isKept = isKept;
    this.#file = file;
  }

  /** True when commits go to a write-ahead log, which is synced by who waits for them. */
  get keepsLog(): boolean {
    return this.#keepsLog;
  }

  override reopen(): void {
    this.#mustLook = true;
    super.reopen();
  }

  override acquireSync(forTransaction?: boolean): Connection {
    if (this.#mustLook) this.#guard?.require();
    this.#mustLook = false;
    const connection = super.acquireSync(forTransaction);
    if (this.#ready.has(connection)) return connection;
    try {
      this.#guard ??= guardFile(this.#file);
      connection.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF");
      this.#keepsLog = hasLog(connection);
      connection.exec(`PRAGMA synchronous = ${this.#keepsLog ? "NORMAL" : "FULL"}`);
    } catch (error) {
      connection.close();
      this.release(connection);
      throw error;
    }
    keepStatements(connection, this.#isKept);
    this.#ready.add(connection);
    return connection;
  }
}

/** Not every file system can have a write-ahead log. */
function hasLog(connection: Connection): boolean {
  return connection.prepare("PRAGMA journal_mode").raw(true).get()?.toString() === "wal";
}

/** Tells whether a call failed because another process held a lock. */
export function isBusy(error: unknown): boolean {
  return errorCode(error).startsWith("SQLITE_BUSY");
}

/** Tells whether a call failed because the disk has no room: some file systems tell that only when they are synced. */
export function isFull(error: unknown): boolean {
  return /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(errorCode(error));
}

/** Tells whether a call failed because the connection was dropped before it began. */
export function isClosed(error: unknown): boolean {
  return errorCode(error) === "CLIENT_CLOSED";
}

/**
 * Tells whether a batch failed without saying whether it was committed: an error of SQLite that no statement of the
 * batch gave came from its COMMIT. (An error of a statement rolls the batch back.)
 */
export function isUnclear(error: unknown): boolean {
  return errorCode(error).startsWith("SQLITE_") && !(error instanceof Error && "statementIndex" in error);
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
