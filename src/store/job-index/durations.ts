import { columnId, groupOf } from "./columns.ts";
import { blockSize, type NumberSet, removeRange, wordsOfBlock } from "./number-sets.ts";

// Durations are not sorted by, but ranges are asked of them, so they are stored otherwise than columns: of the jobs of a
// block first the set of those whose cells have the lowest bit, then the set of those that have the second one, and so on,
// as far as there is one. A range is found by going through these slices, 32 jobs at a time (a bit-sliced index).

const mostSteps = 2 ** 32 - 1;

/**
 * Words a duration in milliseconds as a cell. Ranges have whole seconds for their ends, so a cell tells the full seconds
 * and whether there is more: 1 for none, 2 for less than a second, 3 for one. 0 without a start, or where the clock was
 * set back: such a job lies in no range.
 */
export function durationCell(milliseconds: number | undefined): number {
  if (milliseconds === undefined || milliseconds < 0) return 0;
  return Math.min(mostSteps, 1 + 2 * Math.floor(milliseconds / 1000) + (milliseconds % 1000 === 0 ? 0 : 1));
}

/** Cells of durations, both ends included; `classes` has a bit for each class that lies in between. */
export type DurationRange = { readonly least: number; readonly most: number; readonly classes: number };

/** Gives the cells of durations from so many seconds to so many. */
export function durationRange(leastSeconds = 0, mostSeconds = Number.MAX_SAFE_INTEGER): DurationRange {
  const least = 1 + 2 * leastSeconds;
  const most = Math.min(mostSteps, 1 + 2 * mostSeconds);
  let classes = 0;
  for (let one = durationClass(least); one <= durationClass(most); one += 1) classes += 2 ** one;
  return { least, most, classes };
}

/** Gives what the durations among some cells span. Nothing lies in the range of none. */
export function spanOf(cells: Iterable<number>): DurationRange {
  const durations = [...cells].filter((cell) => cell > 0);
  const classes = new Set(durations.map(durationClass));
  return {
    least: durations.reduce((least, cell) => Math.min(least, cell), mostSteps),
    most: durations.reduce((most, cell) => Math.max(most, cell), 0),
    classes: [...classes].reduce((sum, one) => sum + 2 ** one, 0),
  };
}

const narrowSeconds = 8;
const perDoubling = 4;
/** Of doublings up to 36 hours. Longer durations are of one class more: 53 in all, as many as a number has exact bits. */
const lastClass = narrowSeconds + 11 * perDoubling;

/**
 * Tells the class of a duration: a group of jobs whose durations are of other classes than those asked for is passed over.
 * Classes are one second wide up to 8 seconds; from there on each doubling has four.
 */
function durationClass(cell: number): number {
  const seconds = (cell - 1) >>> 1;
  if (seconds < narrowSeconds) return seconds;
  const doubling = Math.floor(Math.log2(seconds / narrowSeconds));
  const quarter = Math.floor((seconds / (narrowSeconds * 2 ** doubling) - 1) * perDoubling);
  return Math.min(lastClass, narrowSeconds + doubling * perDoubling + quarter);
}

/** Numbers the durations of a block among the columns: they stand at its first group. */
export function durationsId(block: number): number {
  return columnId(groupOf(block * blockSize), "durations");
}

/** The slices of a block, the lowest bit's first. */
export type Slices = Uint32Array;

/** Reads what is stored of a block. */
export function slicesOf(stored: unknown): Slices {
  return stored instanceof ArrayBuffer ? new Uint32Array(stored) : new Uint32Array(0);
}

/** Gives jobs of the block their cells, by number. */
export function withDurations(slices: Slices, cells: ReadonlyMap<number, number>): Slices {
  const most = Math.max(...cells.values());
  const count = Math.max(slices.length / wordsOfBlock, 32 - Math.clz32(most));
  const changed = new Uint32Array(count * wordsOfBlock);
  changed.set(slices);
  for (const [number, cell] of cells) {
    const place = number % blockSize;
    for (let slice = 0; slice < count; slice += 1) {
      const at = slice * wordsOfBlock + (place >>> 5);
      const others = (changed[at] ?? 0) & ~(1 << (place & 31));
      changed[at] = others | (((cell >>> slice) & 1) << (place & 31));
    }
  }
  return changed;
}

/** Keeps the members of a block whose durations lie in a range. */
export function keepInRange({ first, bits }: NumberSet, block: number, slices: Slices, range: DurationRange): void {
  const count = slices.length / wordsOfBlock;
  const { least } = range;
  if (least >= 2 ** count) {
    removeRange({ first, bits }, block * blockSize, (block + 1) * blockSize - 1);
    return;
  }
  const most = Math.min(range.most, 2 ** count - 1);
  /** From here on the bits of the two ends differ. */
  const fork = 31 - Math.clz32(least ^ most);
  const begin = (block * blockSize - first) >>> 5;
  for (let word = 0; word < wordsOfBlock; word += 1) {
    let equal = bits[begin + word] ?? 0;
    let slice = count - 1;
    for (; slice > fork && equal !== 0; slice -= 1) {
      const isZero = ((most >>> slice) & 1) - 1;
      equal &= (slices[slice * wordsOfBlock + word] ?? 0) ^ isZero;
    }
    let above = 0;
    let atLeast = equal;
    let below = 0;
    let atMost = equal;
    for (; slice >= 0 && (atLeast | atMost) !== 0; slice -= 1) {
      const has = slices[slice * wordsOfBlock + word] ?? 0;
      const leastIsZero = ((least >>> slice) & 1) - 1;
      above |= atLeast & has & leastIsZero;
      atLeast &= has ^ leastIsZero;
      const mostIsZero = ((most >>> slice) & 1) - 1;
      below |= atMost & ~has & ~mostIsZero;
      atMost &= has ^ mostIsZero;
    }
    bits[begin + word] = (above | atLeast) & (below | atMost);
  }
}
