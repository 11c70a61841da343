import { blockSize } from "./number-sets.ts";

// Beside its sets the job index has columns: of each job a number by which jobs are sorted. A column is stored in groups of
// jobs, one cell each, 0 where there is no job.

/** The cells of a group, of four bytes, fill a page of the database. */
export const groupSize = blockSize / 7;

/** `finished` holds milliseconds since 1970, the others ids of `job_values`. */
export const columnNames = ["finished", "status", "process", "provider", "user"] as const;
export type ColumnName = (typeof columnNames)[number];

export type Cells = Float64Array | Uint32Array;

export function groupOf(number: number): number {
  return Math.floor(number / groupSize);
}

const mostColumns = 8;

/** Numbers the column of a group: those of one group lie side by side. */
export function columnId(group: number, name: ColumnName | "durations"): number {
  return group * mostColumns + (name === "durations" ? columnNames.length : columnNames.indexOf(name));
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
