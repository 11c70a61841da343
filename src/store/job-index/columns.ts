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
export function cellsOf(name: ColumnName, stored?: ArrayBuffer): Cells {
  if (name === "finished") return stored === undefined ? new Float64Array(groupSize) : new Float64Array(stored);
  return stored === undefined ? new Uint32Array(groupSize) : new Uint32Array(stored);
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

/** The cells of durations from so many seconds to so many, both ends included. */
export function durationRange(leastSeconds = 0, mostSeconds = Number.MAX_SAFE_INTEGER): DurationRange {
  const least = 1 + 2 * leastSeconds;
  const most = Math.min(mostSteps, 1 + 2 * mostSeconds);
  let classes = 0;
  for (let one = durationClass(least); one <= durationClass(most); one += 1) classes += 2 ** one;
  return { least, most, classes };
}

/** `classes` has a bit for each class that the range touches. */
export type DurationRange = { readonly least: number; readonly most: number; readonly classes: number };

const narrowSeconds = 16;

/**
 * Tells the class of a duration, from 0 to 44: a group of jobs whose durations are of other classes than those asked for
 * is passed over. One class a second up to 16, from there on one for each doubling.
 */
function durationClass(cell: number): number {
  const seconds = (cell - 1) >>> 1;
  return seconds < narrowSeconds ? seconds : narrowSeconds + Math.floor(Math.log2(seconds / narrowSeconds));
}

/** Joins the classes of durations, one bit each. */
export function classesOf(cells: Iterable<number>): number {
  const classes = new Set<number>();
  for (const cell of cells) if (cell > 0) classes.add(durationClass(cell));
  return [...classes].reduce((sum, one) => sum + 2 ** one, 0);
}
