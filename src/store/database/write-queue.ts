import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { DatabaseClosed, wordDamage } from "./database-fault.ts";
import { type Driver, isFull, isUnclear } from "./driver.ts";
import { createLockPatience, type LockPatience } from "./lock-patience.ts";
import type { Statement, StatementResult } from "./statements.ts";

/** All writes to the database, and the reads beside them. */
export type WriteQueue = {
  /** Commits the statements, all or nothing, in one transaction with the other writes of this turn of the event loop. */
  write(statements: readonly Statement[], options?: WriteOptions): Promise<readonly StatementResult[]>;
  read(statement: Statement): Promise<StatementResult>;
  figures(): WriteFigures;
  /** Refuses writes for a reason from now on; with `undefined` no more. */
  refuse(cause: string | undefined): void;
  /** Waits for the writes that were accepted; later ones are refused. */
  close(): Promise<void>;
};

type WriteOptions = {
  /** Ids of the jobs whose followers are told after the commit. */
  readonly changed?: readonly string[];
  /**
   * Asks whether this write stands already, and answers as its first statement did. Only a write that can be asked is
   * tried again after an error that leaves open whether it was committed.
   */
  readonly standing?: Statement;
  /** Statements that go along, which are known by what is read when the write has its turn. */
  readonly more?: () => Promise<readonly Statement[]>;
};

export type WriteFigures = {
  readonly commits: number;
  readonly writes: number;
  readonly statements: number;
  /** How often another process held the lock. */
  readonly busy: number;
};

export type WriteQueueOptions = {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after each commit. */
  readonly onChanged: (jobIds: readonly string[]) => void;
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** Statements of one commit: more would hold the lock and the event loop for more than some milliseconds. */
const maxStatements = 500;
type Write = {
  statements: readonly Statement[];
  readonly options: WriteOptions;
  readonly resolve: (results: readonly StatementResult[]) => void;
  readonly reject: (error: unknown) => void;
};

type Failed = { readonly kind: "undone" | "unclear"; readonly error: unknown };
/** `undone`: nothing of it is in the file. `unclear`: the error does not tell. */
type Outcome = { readonly kind: "committed"; readonly results: readonly StatementResult[] } | Failed;

/** Creates the queue through which all writes of this process go. */
export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { driver, logger, onChanged } = options;
  const count = { commits: 0, writes: 0, statements: 0, busy: 0 };
  const lock = createLockPatience(options, () => {
    count.busy += 1;
  });
  let waiting: Write[] = [];
  let isClosing = false;
  let refusal: string | undefined;
  let running: Promise<void> | undefined;
  let syncing: Promise<unknown> | undefined;

  /** Makes durable what was committed. Nothing else of the program waits for the disk meanwhile but who reads or writes here. */
  const sync = async () => {
    const done = driver.sync();
    syncing = done.catch(() => undefined);
    try {
      await done;
    } finally {
      syncing = undefined;
    }
  };
  const commit = async (writes: readonly Write[]): Promise<Outcome> => {
    const statements = writes.flatMap((write) => write.statements);
    let isCommitted = false;
    try {
      const results = await lock.unlessBusy(() => driver.batch(statements));
      isCommitted = true;
      await sync();
      count.commits += 1;
      count.statements += statements.length;
      return { kind: "committed", results };
    } catch (error) {
      return { kind: isCommitted || isUnclear(error) ? "unclear" : "undone", error };
    }
  };
  const settle = (writes: readonly Write[], outcome: Outcome) => {
    if (outcome.kind !== "committed") {
      for (const write of writes) write.reject(reasonOf(outcome.error));
      return;
    }
    count.writes += writes.length;
    for (const [index, results] of resultsByWrite(writes, outcome.results).entries()) writes[index]?.resolve(results);
    onChanged(writes.flatMap((write) => write.options.changed ?? []));
  };
  /** Tries one write of a failed commit again, so that a bad one cannot take its neighbours along. */
  const commitAlone = async (write: Write, failed: Failed) => {
    const standing = failed.kind === "unclear" ? await standingResults(driver, lock, write, failed) : undefined;
    settle([write], standing ?? (await commit([write])));
  };
  const commitTogether = async (writes: readonly Write[]) => {
    const outcome = await commit(writes);
    if (outcome.kind === "committed" || (outcome.kind === "undone" && writes.length === 1)) {
      settle(writes, outcome);
      return;
    }
    logger.warn("A commit failed; its writes are tried one by one", { writes: writes.length, error: outcome.error });
    for (const write of writes) await commitAlone(write, outcome);
  };
  const run = async () => {
    while (waiting.length > 0) {
      // Lets all that is ready in this turn of the event loop join (a microtask would gather half as many).
      await new Promise((done) => setImmediate(done));
      const count = writesOfOneCommit(waiting);
      const taken = waiting.slice(0, count);
      waiting = waiting.slice(count);
      for (const write of taken) await addMore(logger, write);
      await commitTogether(taken);
    }
    running = undefined;
  };
  return {
    write(statements, options = {}) {
      if (isClosing) return Promise.reject(new DatabaseClosed("write"));
      if (statements.length === 0) return Promise.resolve([]);
      if (refusal !== undefined) return Promise.reject(new Problem("unavailable", refusal));
      const { promise, resolve, reject } = Promise.withResolvers<readonly StatementResult[]>();
      waiting.push({ statements, options, resolve, reject });
      running ??= run();
      return promise;
    },
    read(statement) {
      const execute = async () => {
        if (!lock.isOpen()) throw new DatabaseClosed("read");
        return await lock.unlessBusy(() => driver.execute(statement));
      };
      // Nobody may learn of what a power cut could still take back.
      return (syncing === undefined ? execute() : syncing.then(execute)).catch((error: unknown) => {
        // Of a file that was cut or exchanged any error may come, such as that there is no such table.
        throw refusal === undefined ? wordDamage(error) : new Problem("unavailable", refusal, { cause: error });
      });
    },
    figures: () => ({ ...count }),
    refuse(cause) {
      refusal = cause;
    },
    async close() {
      isClosing = true;
      await running;
      lock.close();
    },
  };
}

/** What goes along with a write must not keep it from being committed. */
async function addMore(logger: Logger, write: Write): Promise<void> {
  if (write.options.more === undefined) return;
  try {
    write.statements = [...write.statements, ...(await write.options.more())];
  } catch (error) {
    logger.warn("Cannot read what goes along with a write", { error });
  }
}

/** Counts how many of the writes that wait go into one commit: at least one, and no more statements than it may have. */
export function writesOfOneCommit(writes: readonly { readonly statements: readonly unknown[] }[]): number {
  let statements = 0;
  const end = writes.findIndex((write, index) => {
    statements += write.statements.length;
    return index > 0 && statements > maxStatements;
  });
  return end === -1 ? writes.length : end;
}

/** Deals the results of a commit out to its writes. */
export function resultsByWrite<Result>(
  writes: readonly { readonly statements: readonly unknown[] }[],
  results: readonly Result[],
): readonly (readonly Result[])[] {
  let from = 0;
  return writes.map(({ statements }) => {
    const own = results.slice(from, from + statements.length);
    from += statements.length;
    return own;
  });
}

/** Looks whether a write stands after an unclear error; undefined when it does not and can be tried again. */
async function standingResults(
  driver: Driver,
  lock: LockPatience,
  write: Write,
  failed: Failed,
): Promise<Outcome | undefined> {
  const { standing } = write.options;
  if (standing === undefined) return failed;
  try {
    // The connection may be half-way through anything; the next one sees what is in the file.
    await driver.reconnect();
    const { rows } = await lock.unlessBusy(() => driver.execute(standing));
    if (rows.length === 0) return undefined;
    const later = write.statements.slice(1).map(() => ({ rowsAffected: 0, rows: [] }));
    return { kind: "committed", results: [{ rowsAffected: rows.length, rows }, ...later] };
  } catch (error) {
    return { kind: "unclear", error };
  }
}

const fullRetrySeconds = 10;

/** Words what its operator can do something about; every other error is told as it is. */
function reasonOf(error: unknown): unknown {
  if (!isFull(error)) return wordDamage(error);
  const detail = "Cannot write: found no room on the disk of the database, wanted some";
  return new Problem("unavailable", detail, { cause: error, retryAfterSeconds: fullRetrySeconds });
}
