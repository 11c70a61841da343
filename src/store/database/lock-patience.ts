import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { type Driver, isBusy, isClosed } from "./driver.ts";

/** Repeats calls to the database while another process holds its lock. */
export type LockPatience = {
  unlessBusy<Result>(call: () => Promise<Result>): Promise<Result>;
  isOpen(): boolean;
  /** From now on a closed connection is an error. */
  close(): void;
};

type LockPatienceDeps = {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** Between two tries while another process holds the lock; it doubles from the first to the last. */
const firstPauseMilliseconds = 2;
const lastPauseMilliseconds = 50;
/** A backup or a command of ours holds the lock for seconds at most: after so many pauses something is stuck. */
const maxPauses = 600;

/**
 * Makes the patience; `onBusy` is told of each call that found the lock held. After the first SQLITE_BUSY the driver's
 * connection loses whatever is written over it, silently: it is dropped before anything else.
 */
export function createLockPatience(deps: LockPatienceDeps, onBusy: () => void): LockPatience {
  const { driver, clock, logger, pause } = deps;
  let isOpen = true;
  return {
    async unlessBusy(call) {
      const since = clock.elapsed();
      let wait = firstPauseMilliseconds;
      for (let pauses = 0; ; pauses += 1) {
        try {
          const result = await call();
          if (pauses > 0) {
            const milliseconds = Math.round(clock.elapsed() - since);
            logger.info("The database was locked", { milliseconds, tries: pauses + 1 });
          }
          return result;
        } catch (error) {
          // Closed while the queue is open: another call reconnected between this one's turn and its first statement.
          const isRepeatable = isBusy(error) || (isClosed(error) && isOpen);
          if (!isRepeatable) throw error;
          if (isBusy(error)) {
            onBusy();
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
    },
    isOpen: () => isOpen,
    close() {
      isOpen = false;
    },
  };
}
