import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { WorkSize } from "../../domain/figures/space.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { hasCode, ifExists } from "../disk/file-errors.ts";
import { executionWorkDirectory, type Layout } from "../layout.ts";

/** Tells what the work directories of executions take of the disk, each as it was measured last. */
export type WorkSizes = {
  /** Undefined while the first measurement goes on, and where nothing could be measured. */
  read(executionId: string): Promise<WorkSize | undefined>;
};

/** So many files and directories of an execution are looked at. */
const mostEntries = 20_000;
/** Each is measured at most once in this time, and in twenty times what it took; who asks waits so long at most. */
const [leastMilliseconds, restFactor, waitMilliseconds] = [5000, 20, 150];
/** So many executions are remembered; the one that was asked for first goes first. */
const mostKnown = 256;
const blockBytes = 512;

type Known = { last?: WorkSize; running?: Promise<void>; freshUntil: number };

/** Creates the reader of the sizes of work directories. Nothing is measured before somebody asks. */
export function createWorkSizes(layout: Layout, clock: Pick<Clock, "now" | "elapsed">): WorkSizes {
  const all = new Map<string, Known>();
  const measure = async (known: Known, directory: string) => {
    const begun = clock.elapsed();
    try {
      const measured = await measureTree(directory, mostEntries);
      known.last = { ...measured, measured: clock.now() };
    } catch (error) {
      // What a tool left closed, or too deep to be reached, is not told of; the system page counts it.
      if (!hasCode(error, "EACCES", "EPERM", "ENAMETOOLONG")) throw error;
    } finally {
      const ended = clock.elapsed();
      known.freshUntil = ended + Math.max(leastMilliseconds, restFactor * (ended - begun));
      delete known.running;
    }
  };
  return {
    async read(executionId) {
      const known = all.get(executionId) ?? { freshUntil: Number.NEGATIVE_INFINITY };
      all.set(executionId, known);
      const oldest = all.keys().next();
      if (all.size > mostKnown && oldest.done !== true) all.delete(oldest.value);
      if (known.running === undefined && clock.elapsed() >= known.freshUntil) {
        known.running = measure(known, executionWorkDirectory(layout, executionId));
      }
      if (known.running !== undefined) await Promise.race([known.running, sleep(waitMilliseconds, { isIdle: true })]);
      return known.last;
    },
  };
}

/** Adds up what a directory takes of the disk with all below it: at most `most` files and directories, links are not followed. */
async function measureTree(root: string, most: number): Promise<Omit<WorkSize, "measured">> {
  const waiting = [root];
  let [bytes, seen] = [0, 0];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    // Files come and go while a tool writes.
    for (const entry of (await ifExists(readdir(directory, { withFileTypes: true }))) ?? []) {
      seen += 1;
      if (seen > most) return { bytes, isWhole: false };
      const path = join(directory, entry.name);
      const facts = await ifExists(lstat(path));
      bytes += (facts?.blocks ?? 0) * blockBytes;
      if (entry.isDirectory()) waiting.push(path);
    }
  }
  return { bytes, isWhole: true };
}
