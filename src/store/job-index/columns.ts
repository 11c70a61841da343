// Beside its sets the job index has columns: of each job a number by which jobs are sorted, or that ranges are asked of. A
// column is stored in groups of 1024 jobs, one cell each, 0 where there is no job.

export const groupSize = 1024;

/** `finished` holds milliseconds since 1970, `duration` steps (see durationCell), the others ids of `job_values`. */
export const columnNames = ["finished", "duration", "status", "process", "provider", "user"] as const;
export type ColumnName = (typeof columnNames)[number];

export type Cells = Float64Array | Uint32Array;

export function groupOf(number: number): number {
  return Math.floor(number / groupSize);
}

const mostColumns = 8;

/** Numbers the column of a group: those of one group lie side by side. */
export function columnId(group: number, name: ColumnName): number {
  return group * mostColumns + columnNames.indexOf(name);
}

/** Tells the group of a column. */
export function groupOfColumn(id: number): number {
  return Math.floor(id / mostColumns);
}

/** Reads the cells of a column; empty ones where nothing is stored. */
export function cellsOf(name: ColumnName, stored: unknown): Cells {
  const kind = name === "finished" ? Float64Array : Uint32Array;
  return stored instanceof ArrayBuffer ? new kind(stored) : new kind(groupSize);
}

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
