import type { Clock } from "../domain/clock.ts";
import type { Logger } from "../domain/logger.ts";
import { Problem } from "../domain/problem.ts";
import { wordDamage } from "./database-fault.ts";
import { type Driver, isBusy, isClosed, isFull, isUnclear } from "./driver.ts";
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
/** Between two tries while another process holds the lock; it doubles from the first to the last. */
const firstPauseMilliseconds = 2;
const lastPauseMilliseconds = 50;
/** A backup or a command of ours holds the lock for seconds at most: after so many pauses something is stuck. */
const maxPauses = 600;

type Write = {
  statements: readonly Statement[];
  readonly options: WriteOptions;
  readonly resolve: (results: readonly StatementResult[]) => void;
  readonly reject: (error: unknown) => void;
};

type Failed = { readonly kind: "undone" | "unclear"; readonly error: unknown };
/** `undone`: nothing of it is in the file. `unclear`: the error does not tell. */
type Outcome = { readonly kind: "committed"; readonly results: readonly StatementResult[] } | Failed;

/** Makes the queue through which all writes of this process go. */
export function createWriteQueue({ driver, clock, logger, onChanged, pause }: WriteQueueOptions): WriteQueue {
  let waiting: Write[] = [];
  let isOpen = true;
  let isClosing = false;
  let refusal: string | undefined;
  let running: Promise<void> | undefined;
  const count = { commits: 0, writes: 0, statements: 0, busy: 0 };

  return {
    write(statements, options = {}) {
      if (isClosing) return Promise.reject(new Problem("unavailable", "Cannot write: the database is closed"));
      if (statements.length === 0) return Promise.resolve([]);
      if (refusal !== undefined) return Promise.reject(new Problem("unavailable", refusal));
      const { promise, resolve, reject } = Promise.withResolvers<readonly StatementResult[]>();
      waiting.push({ statements, options, resolve, reject });
      running ??= run();
      return promise;
    },
    read(statement) {
      if (!isOpen) return Promise.reject(new Problem("unavailable", "Cannot read: the database is closed"));
      return unlessBusy(() => driver.execute(statement)).catch((error: unknown) => {
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
      isOpen = false;
    },
  };

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Lets all that is ready in this turn of the event loop join (a microtask would gather half as many).
      await new Promise((done) => setImmediate(done));
      const writes = takeWrites();
      for (const write of writes) await addMore(write);
      await commitTogether(writes);
    }
    running = undefined;
  }

  /** What goes along with a write must not keep it from being committed. */
  async function addMore(write: Write): Promise<void> {
    if (write.options.more === undefined) return;
    try {
      write.statements = [...write.statements, ...(await write.options.more())];
    } catch (error) {
      logger.warn("Cannot read what goes along with a write", { error });
    }
  }

  function takeWrites(): readonly Write[] {
    let statements = 0;
    const end = waiting.findIndex((write, index) => {
      statements += write.statements.length;
      return index > 0 && statements > maxStatements;
    });
    const taken = end === -1 ? waiting : waiting.slice(0, end);
    waiting = end === -1 ? [] : waiting.slice(end);
    return taken;
  }

  async function commitTogether(writes: readonly Write[]): Promise<void> {
    const outcome = await commit(writes);
    if (outcome.kind === "committed") {
      settle(writes, outcome.results);
    } else if (outcome.kind === "undone" && writes.length === 1) {
      for (const write of writes) write.reject(reasonOf(outcome.error));
    } else {
      logger.warn("A commit failed; its writes are tried one by one", { writes: writes.length, error: outcome.error });
      for (const write of writes) await commitAlone(write, outcome);
    }
  }

  /** Tries one write of a failed commit again, so that a bad one cannot take its neighbours along. */
  async function commitAlone(write: Write, failed: Failed): Promise<void> {
    const stands = failed.kind === "unclear" ? await standingResults(write, failed) : undefined;
    const outcome = stands ?? (await commit([write]));
    if (outcome.kind === "committed") settle([write], outcome.results);
    else write.reject(reasonOf(outcome.error));
  }

  /** Looks whether a write stands after an unclear error; undefined when it does not and can be tried again. */
  async function standingResults(write: Write, failed: Failed): Promise<Outcome | undefined> {
    const { standing } = write.options;
    if (standing === undefined) return failed;
    try {
      // The connection may be half-way through anything; the next one sees what is in the file.
      await driver.reconnect();
      const { rows } = await unlessBusy(() => driver.execute(standing));
      if (rows.length === 0) return undefined;
      const later = write.statements.slice(1).map(() => ({ rowsAffected: 0, rows: [] }));
      return { kind: "committed", results: [{ rowsAffected: rows.length, rows }, ...later] };
    } catch (error) {
      return { kind: "unclear", error };
    }
  }

  async function commit(writes: readonly Write[]): Promise<Outcome> {
    const statements = writes.flatMap((write) => write.statements);
    try {
      const results = await unlessBusy(() => driver.batch(statements));
      count.commits += 1;
      count.statements += statements.length;
      return { kind: "committed", results };
    } catch (error) {
      return { kind: isUnclear(error) ? "unclear" : "undone", error };
    }
  }

  function settle(writes: readonly Write[], results: readonly StatementResult[]): void {
    count.writes += writes.length;
    let from = 0;
    for (const write of writes) {
      const to = from + write.statements.length;
      write.resolve(results.slice(from, to));
      from = to;
    }
    onChanged(writes.flatMap((write) => write.options.changed ?? []));
  }

  /**
   * Repeats a call while another process holds the lock. After the first SQLITE_BUSY the driver's connection loses
   * whatever is written over it, silently: it is dropped before anything else.
   */
  async function unlessBusy<Result>(call: () => Promise<Result>): Promise<Result> {
    const since = clock.elapsed();
    let wait = firstPauseMilliseconds;
    for (let pauses = 0; ; pauses += 1) {
      try {
        const result = await call();
        if (pauses > 0)
          logger.info("The database was locked", {
            milliseconds: Math.round(clock.elapsed() - since),
            tries: pauses + 1,
          });
        return result;
      } catch (error) {
        // Closed while the queue is open: another call reconnected between this one's turn and its first statement.
        const isRepeatable = isBusy(error) || (isClosed(error) && isOpen);
        if (!isRepeatable) throw error;
        if (isBusy(error)) {
          count.busy += 1;
          await driver.reconnect();
        }
        if (pauses >= maxPauses) {
          const detail = "Cannot use the database: another process holds its lock, and did not release it";
          throw new Problem("unavailable", detail, { cause: error });
        }
        await pause(wait);
        wait = Math.min(wait * 2, lastPauseMilliseconds);
      }
    }
  }
}

const fullRetrySeconds = 10;

/** Words what its operator can do something about; every other error is told as it is. */
function reasonOf(error: unknown): unknown {
  if (!isFull(error)) return wordDamage(error);
  const detail = "Cannot write: found no room on the disk of the database, wanted some";
  return new Problem("unavailable", detail, { cause: error, retryAfterSeconds: fullRetrySeconds });
}
