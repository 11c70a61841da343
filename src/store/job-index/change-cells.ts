import type { Database } from "../database.ts";
import { deleteColumn, putColumn, selectColumns } from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { type Cells, type ColumnName, cellsOf, columnId, columnNames, groupOf, groupSize } from "./columns.ts";
import { durationsId, slicesOf, withDurations } from "./durations.ts";
import { blockOf } from "./number-sets.ts";

/** The cells of a job in all columns; that of its duration: see durationCell. */
export type JobCells = Readonly<Record<ColumnName | "duration", number>>;

/** Words the writes that give jobs, by their numbers, their cells; tells also when jobs of the changed groups ended, then. */
export async function changeCells(
  database: Database,
  jobs: ReadonlyMap<number, JobCells>,
): Promise<{ readonly statements: readonly Statement[]; readonly finished: ReadonlyMap<number, Cells> }> {
  const groups = Map.groupBy(jobs.keys(), groupOf);
  const blocks = Map.groupBy(jobs.keys(), blockOf);
  const ids = [
    ...[...groups.keys()].flatMap((group) => columnNames.map((name) => columnId(group, name))),
    ...[...blocks.keys()].map(durationsId),
  ];
  const rows = await database.read(selectColumns({ ids: JSON.stringify(ids) }));
  const stored = new Map(rows.map((row) => [Number(row.id), row.cells]));
  const finished = new Map<number, Cells>();
  const statements: Statement[] = [];
  for (const [group, numbers] of groups) {
    for (const name of columnNames) {
      const cells = cellsOf(name, stored.get(columnId(group, name)));
      for (const number of numbers) cells[number % groupSize] = jobs.get(number)?.[name] ?? 0;
      if (name === "finished") finished.set(group, cells);
      statements.push(written(columnId(group, name), cells));
    }
  }
  for (const [block, numbers] of blocks) {
    const cells = new Map(numbers.map((number) => [number, jobs.get(number)?.duration ?? 0]));
    const id = durationsId(block);
    statements.push(written(id, withDurations(slicesOf(stored.get(id)), cells)));
  }
  return { statements, finished };
}

function written(id: number, cells: Cells): Statement {
  const isEmpty = cells.every((cell) => cell === 0);
  return isEmpty ? deleteColumn({ id }) : putColumn({ id, cells: new Uint8Array(cells.buffer) });
}
