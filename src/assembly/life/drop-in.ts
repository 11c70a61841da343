import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { startInterval, startTimer } from "../../domain/waiting/timers.ts";
import { watchFolder } from "../../files/process-folder.ts";
import { createDropInFolder, type DropInDeps } from "../../operations/deploy/drop-in-folder.ts";

const everyMilliseconds = 1000;
/** A file that is still the same after so long is read. */
const settleMilliseconds = 100;

/** Keeps the processes of a folder as its files are, where the configuration names one: told by the system, and by a look each second. */
export function startDropIn(deps: DropInDeps, { processes }: Pick<Config, "processes">): AsyncDisposable | undefined {
  if (processes === undefined) return undefined;
  const directory = resolve(processes);
  const folder = createDropInFolder(deps, directory);
  let watcher: Disposable | undefined;
  let [isEnded, isLooking, isDue] = [false, false, false];
  let looking = Promise.resolve();
  const soon = startTimer(settleMilliseconds, () => look(false)).unref();
  const look = (counts: boolean) => {
    if (isEnded) return;
    if (isLooking) {
      isDue = true;
      return;
    }
    isLooking = true;
    watcher ??= watchFolder(directory, () => look(false));
    looking = lookOnce(counts);
  };
  const lookOnce = async (counts: boolean) => {
    try {
      if (await folder.look(counts)) soon.refresh();
    } catch (error) {
      deps.logger.error("Cannot look at the folder of processes", { directory, error });
    } finally {
      isLooking = false;
      if (isDue) soon.refresh();
      isDue = false;
    }
  };
  const interval = startInterval(everyMilliseconds, () => {
    // What is watched may not be what is there by now: the system does not tell of another directory in the place.
    look(true);
  }).unref();
  look(false);
  return {
    async [Symbol.asyncDispose]() {
      isEnded = true;
      interval.clear();
      soon.clear();
      watcher?.[Symbol.dispose]();
      await looking;
    },
  };
}
