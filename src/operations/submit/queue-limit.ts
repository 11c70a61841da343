import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { countWaiting } from "../../store/jobs/queue.ts";

/** The bound on how many jobs may wait. */
export type QueueLimit = {
  /** Checks that one more job may wait. Throws `too-many-requests`. */
  requirePlace(): Promise<void>;
};

/** Waiting jobs are counted this often; between two counts those that were submitted are added, none taken away. */
const countedForMilliseconds = 1000;
const retryAfterSeconds = 5;

/** Creates a bound of `maxWaiting` jobs. */
export function createQueueLimit(
  deps: { readonly database: Database; readonly clock: Clock },
  maxWaiting: number,
): QueueLimit {
  let counted = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  const count = async () => {
    counted = await countWaiting(deps.database);
    countedAt = deps.clock.elapsed();
  };
  return {
    async requirePlace() {
      const isOld = deps.clock.elapsed() - countedAt >= countedForMilliseconds;
      // Nobody is refused by an old count.
      if (isOld || counted >= maxWaiting) await count();
      if (counted >= maxWaiting) {
        const detail = `Cannot accept a job: found ${counted} waiting jobs, wanted fewer than ${maxWaiting}`;
        throw new Problem("too-many-requests", detail, { retryAfterSeconds });
      }
      counted += 1;
    },
  };
}
