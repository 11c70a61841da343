import type { Clock } from "../domain/clock.ts";
import type { Condition } from "../domain/condition.ts";
import { growingPause } from "../domain/growing-pause.ts";
import type { Logger } from "../domain/logger.ts";
import { pause } from "../engines/pause.ts";
import type { Database } from "../store/database.ts";
import { databaseFault } from "../store/database-fault.ts";
import { indexJobs } from "../store/job-index/index-jobs.ts";
import { settleWords } from "../store/job-index/settle-words.ts";

export type IndexingDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly condition: Condition;
};

const cannotIndex = "Cannot index jobs";
/** How often it is looked whether jobs ended: who searches for words waits so long. */
const everyMilliseconds = 1000;
/** Jobs of one write, which other writes wait for: one or two hundredths of a second. */
const batch = 200;
/** The rest between two batches, in times of how long one took: while jobs are run, and while none is. */
const busyRest = 8;
const quietRest = 1;

/** Takes finished jobs up in the index of the job list, every second until it is disposed of. */
export function startIndexing(deps: IndexingDeps): AsyncDisposable {
  const stopping = new AbortController();
  let isQuiet = true;
  const failurePause = growingPause();
  const watching = deps.database.feed.subscribeAll(() => {
    isQuiet = false;
  });
  const indexing = (async () => {
    while (!stopping.signal.aborted) {
      const indexed = await indexBatch(deps, stopping.signal);
      if (indexed === "failed") {
        await pause(failurePause.next(), stopping.signal);
        continue;
      }
      failurePause.reset();
      const { taken, milliseconds } = indexed;
      const rest = milliseconds * (isQuiet ? quietRest : busyRest);
      isQuiet = true;
      await pause(taken < batch ? everyMilliseconds : rest, stopping.signal);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      stopping.abort();
      await indexing;
    },
  };
}

async function indexBatch({ database, clock, logger, condition }: IndexingDeps, stopped: AbortSignal) {
  const start = clock.elapsed();
  try {
    const taken = await indexJobs(database, batch);
    const milliseconds = clock.elapsed() - start;
    await settleWords(database, () => pause(milliseconds, stopped));
    condition.report(cannotIndex, undefined);
    return { taken, milliseconds };
  } catch (error) {
    logger.error(cannotIndex, { error });
    const fault = databaseFault(error);
    condition.report(cannotIndex, fault === undefined ? undefined : `${cannotIndex}: found ${fault}`);
    return "failed" as const;
  }
}
