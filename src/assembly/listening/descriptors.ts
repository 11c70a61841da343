import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hasCode } from "../../files/disk/file-errors.ts";

/** The file descriptors of this process. */
export type Descriptors = Disposable & {
  /** As many as it may have. */
  readonly limit: number;
  /** How many it has at this moment. */
  used(): number;
  /** What each of them leads to, in the kernel's words. */
  all(): ReadonlyMap<number, string>;
  /** Reads a file of the kernel, also when no descriptor is free. */
  read(path: string): string;
  /** Takes some more, or as many as there are, so that nobody else can; gives them back when what it gives is disposed of. */
  takeAway(count: number): Disposable;
};

/**
 * Opens the view of the descriptors; undefined where the machine has none. It holds a few of its own: when all others are
 * taken, looking at them takes one.
 */
export function openDescriptors(): Descriptors | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
    return Number.isNaN(limit) ? undefined : viewOf(limit);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES")) return undefined;
    throw error;
  }
}

const directory = "/proc/self/fd";
const spareCount = 4;

function viewOf(limit: number): Descriptors {
  let spare = take(spareCount);
  const withSpare = <T>(look: () => T): T => {
    giveBack(spare);
    try {
      return look();
    } finally {
      spare = take(spareCount);
    }
  };
  return {
    limit,
    used: () => withSpare(() => readdirSync(directory).length) + spare.length,
    all: () =>
      withSpare(() => {
        const links = readdirSync(directory).map((name) => [Number(name), linkOf(name)] as const);
        return new Map(links.flatMap(([descriptor, link]) => (link === undefined ? [] : [[descriptor, link]])));
      }),
    read: (path) => withSpare(() => readFileSync(path, "latin1")),
    takeAway(count) {
      const taken = take(count);
      return { [Symbol.dispose]: () => giveBack(taken) };
    },
    [Symbol.dispose]: () => giveBack(spare),
  };
}

function take(count: number): number[] {
  const taken: number[] = [];
  try {
    while (taken.length < count) taken.push(openSync("/dev/null", "r"));
  } catch (error) {
    // Somebody was faster.
    if (!hasCode(error, "EMFILE", "ENFILE")) throw error;
  }
  return taken;
}

function giveBack(taken: number[]): void {
  for (const one of taken.splice(0)) closeSync(one);
}

/** Undefined for a descriptor that was closed meanwhile. */
function linkOf(name: string): string | undefined {
  try {
    return readlinkSync(`${directory}/${name}`);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
