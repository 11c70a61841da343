import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import type { Logger } from "../domain/logger.ts";
import type { Database } from "../store/database.ts";
import { indexJobs } from "../store/job-index.ts";

export type IndexingDeps = { readonly database: Database; readonly clock: Clock; readonly logger: Logger };

/** How often it is looked whether jobs ended: who searches for words waits so long. */
const everyMilliseconds = 1000;
/** Jobs of one write, which other writes wait for: a hundredth of a second. */
const batch = 200;
/** The rest between two batches, in times of how long one took: under load there is more to do than to index. */
const restFactor = 8;

/** Takes finished jobs up in the index of the job list, every second until it is disposed of. */
export function startIndexing(deps: IndexingDeps): AsyncDisposable {
  const stopping = new AbortController();
  const indexing = (async () => {
    while (!stopping.signal.aborted) await pause(await indexBatch(deps), stopping.signal);
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await indexing;
    },
  };
}

/** Indexes one batch; returns how many milliseconds to rest. */
async function indexBatch({ database, clock, logger }: IndexingDeps): Promise<number> {
  const start = clock.elapsed();
  try {
    const taken = await indexJobs(database, batch);
    return taken < batch ? everyMilliseconds : (clock.elapsed() - start) * restFactor;
  } catch (error) {
    logger.error("Cannot index jobs", { error });
    return everyMilliseconds;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
