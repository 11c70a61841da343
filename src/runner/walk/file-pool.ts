import { stat } from "node:fs/promises";
import type { Logger } from "../../domain/logger.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import { sleep, startInterval } from "../../domain/waiting/timers.ts";

/** Whether the runtime's threads for file operations answer: each waits as long as the operating system lets it. */
export type FilePool = Disposable & {
  /** True while a look at a directory has had no answer for too long. */
  isStuck(): boolean;
  /** Looks once more, and tells whether there is an answer within a second. */
  answers(): Promise<boolean>;
};

export type FilePoolDeps = {
  readonly logger: Logger;
  readonly condition: Condition;
  /** Looks at a file, through the pool. */
  readonly look?: (path: string) => Promise<unknown>;
  readonly everyMilliseconds?: number;
};

const everyMilliseconds = 1000;
/** Looks that were skipped because one before has no answer yet: so many are too many. */
const patience = 5;
/** How long an answer is waited for at the end of the program. */
const lastLookMilliseconds = 1000;
const cause = "Cannot work with files: found no thread of the runtime that answers, wanted one";

/** Looks at a directory again and again. While the pool is stuck, the condition says so and no job is claimed. */
export function watchFilePool(deps: FilePoolDeps, directory: string): FilePool {
  let waited = 0;
  let isWaiting = false;
  let isStuck = false;
  const settle = () => {
    isWaiting = false;
    waited = 0;
    if (!isStuck) return;
    isStuck = false;
    deps.condition.report("files", undefined);
    deps.logger.info("File operations are answered again");
  };
  const look = deps.look ?? stat;
  const timer = startInterval(deps.everyMilliseconds ?? everyMilliseconds, () => {
    if (!isWaiting) {
      isWaiting = true;
      // An error is an answer: others look whether the directory is there.
      look(directory).then(settle, settle);
      return;
    }
    // Its own looks are counted, not the time: both stop when the program is stopped.
    waited += 1;
    if (isStuck || waited < patience) return;
    isStuck = true;
    deps.condition.report("files", cause, { stopsClaims: true });
    deps.logger.error(cause, { directory });
  });
  return {
    isStuck: () => isStuck,
    async answers() {
      const answered = look(directory).then(
        () => true,
        () => true,
      );
      return Promise.race([answered, sleep(lastLookMilliseconds, { isIdle: true }).then(() => false)]);
    },
    [Symbol.dispose]: () => timer.unref().clear(),
  };
}
