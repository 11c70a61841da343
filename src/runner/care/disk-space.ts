import { statfs } from "node:fs/promises";
import type { Logger } from "../../domain/logger.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import { startInterval, type Timer } from "../../domain/waiting/timers.ts";

/** Whether there is room on the disks that jobs write to. */
export type DiskSpace = Disposable & {
  /** False while one of them has less than it should. */
  hasSpace(): boolean;
  /** Looks now, and every second from then on. */
  start(): Promise<void>;
};

const cannotLook = "Cannot look at the free space";
const lookEveryMilliseconds = 1000;

/** Makes a watch over the free space of some directories, in bytes that a user who is not root may take. */
export function createDiskSpace(
  deps: { readonly logger: Logger; readonly condition: Condition },
  directories: readonly string[],
  minFreeBytes: number,
): DiskSpace {
  let isEnough = true;
  let timer: Timer | undefined;
  let isLooking = false;
  const look = async () => {
    // One that has no answer is not joined by more.
    if (isLooking) return;
    isLooking = true;
    try {
      const facts = await Promise.all(directories.map((directory) => statfs(directory)));
      deps.condition.report(cannotLook, undefined);
      const free = Math.min(...facts.map(({ bavail, bsize }) => bavail * bsize));
      const wasEnough = isEnough;
      isEnough = free >= minFreeBytes;
      if (wasEnough && !isEnough)
        deps.logger.warn("No job is claimed: the disk is almost full", { free, minFreeBytes });
      if (!wasEnough && isEnough) deps.logger.info("Jobs are claimed again: the disk has room", { free });
    } catch (error) {
      deps.logger.error(cannotLook, { error });
      deps.condition.report(
        cannotLook,
        `${cannotLook}: found an error, which the log tells, wanted a directory that answers`,
      );
    } finally {
      isLooking = false;
    }
  };
  return {
    hasSpace: () => isEnough,
    async start() {
      await look();
      timer = startInterval(lookEveryMilliseconds, () => void look());
      timer.unref();
    },
    [Symbol.dispose]: () => timer?.clear(),
  };
}
