import { watch } from "node:fs";
import { startTimer } from "../../domain/waiting/timers.ts";
import { hasCode } from "./file-errors.ts";

/** Waits for a file that others write to. */
export type GrowthWait = Disposable & {
  /** Ends the wait that is under way, or else the next one at once. */
  wake(): void;
  /** Resolves when the file was written to since the last wait, at `wake`, and at the latest after so many milliseconds. */
  wait(file: string | undefined, milliseconds: number): Promise<void>;
};

/** Makes a wait for one file after the other. The system tells of each write; nothing is watched before the first wait. */
export function createGrowthWait(): GrowthWait {
  let watched: { readonly file: string; readonly watcher: Disposable } | undefined;
  let isDue = false;
  let resume = () => {};
  const wake = () => {
    isDue = true;
    resume();
  };
  return {
    wake,
    async wait(file, milliseconds) {
      if (file !== undefined && watched?.file !== file) {
        watched?.watcher[Symbol.dispose]();
        const watcher = watchFile(file, wake);
        watched = watcher === undefined ? undefined : { file, watcher };
        // What was written before it was watched is looked for at once.
        if (watcher !== undefined) return;
      }
      if (!isDue) {
        const waking = Promise.withResolvers<void>();
        resume = waking.resolve;
        using _latest = startTimer(milliseconds, waking.resolve);
        await waking.promise;
      }
      isDue = false;
    },
    [Symbol.dispose]: () => watched?.watcher[Symbol.dispose](),
  };
}

/** Undefined when there is no such file, or the system watches as many as it can: then the time ends each wait. */
function watchFile(file: string, changed: () => void): Disposable | undefined {
  try {
    const watcher = watch(file, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ENOSPC", "EMFILE")) return undefined;
    throw error;
  }
}
