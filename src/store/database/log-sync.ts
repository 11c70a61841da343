import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { promisify } from "node:util";
import { startTimer } from "../../domain/waiting/timers.ts";

/** Brings the write-ahead log of a database to the disk. */
export type LogSync = {
  /** Resolves when all that was committed before the call is on the disk. Throws what the file system says. */
  sync(): Promise<void>;
  /** Forgets the log's file: its connection is closed, and the next one may make another. */
  forget(): void;
};

/** For how long another thread is waited for: all of them may be at large files of jobs. */
const patienceMilliseconds = 250;

/** The file of a log, as an open descriptor. */
type LogFile = { readonly descriptor: number; users: number; isForgotten: boolean };

/**
 * Creates what syncs the log of a database file. Another thread does it, so that nothing else waits for the disk; where it
 * does not come to it, the caller's own thread does. `elsewhere` has a descriptor synced by another thread.
 */
export function createLogSync(file: string, elsewhere = promisify(fdatasync)): LogSync {
  let current: LogFile | undefined;
  const closeUnused = (log: LogFile) => {
    // Its number may be another file's as soon as it is closed.
    if (log.isForgotten && log.users === 0) closeSync(log.descriptor);
  };
  const forget = () => {
    if (current === undefined) return;
    current.isForgotten = true;
    closeUnused(current);
    current = undefined;
  };
  return {
    async sync() {
      current ??= { descriptor: openSync(`${file}-wal`, "r"), users: 0, isForgotten: false };
      const log = current;
      log.users += 1;
      const done = elsewhere(log.descriptor).finally(() => {
        log.users -= 1;
        closeUnused(log);
      });
      await unlessLate(done, () => fdatasyncSync(log.descriptor));
    },
    forget,
  };
}

/** Waits for what is done elsewhere, and does it here when that takes too long. */
async function unlessLate(done: Promise<void>, doHere: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  done.then(resolve, reject);
  const timer = startTimer(patienceMilliseconds, () => {
    try {
      doHere();
      resolve();
    } catch (error) {
      reject(error);
    }
  });
  try {
    await promise;
  } finally {
    timer.clear();
  }
}
