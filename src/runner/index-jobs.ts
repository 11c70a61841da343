import type { Clock } from "../domain/clock.ts";
import type { Condition } from "../domain/condition.ts";
import type { Logger } from "../domain/logger.ts";
import { pause } from "../domain/pause.ts";
import type { Database } from "../store/database.ts";
import { indexJobs } from "../store/job-index/index-jobs.ts";
import { settleWords } from "../store/job-index/settle-words.ts";
import { createLoopCare, type LoopCare } from "./loop-care.ts";

export type IndexingDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly condition: Condition;
};

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
  const care = createLoopCare(deps, "Cannot index jobs", { isVital: false });
  const watching = deps.database.feed.subscribeAll(() => {
    isQuiet = false;
  });
  const indexing = (async () => {
    while (!stopping.signal.aborted) {
      const indexed = await indexBatch(deps, stopping.signal, care);
      if ("rest" in indexed) {
        await pause(indexed.rest, stopping.signal);
        continue;
      }
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

async function indexBatch({ database, clock }: IndexingDeps, stopped: AbortSignal, care: LoopCare) {
  const start = clock.elapsed();
  try {
    const taken = await indexJobs(database, batch);
    const milliseconds = clock.elapsed() - start;
    await settleWords(database, () => pause(milliseconds, stopped));
    care.wentWell();
    return { taken, milliseconds };
  } catch (error) {
    return { rest: care.failed(error) };
  }
}
