import type { Database } from "../database.ts";
import {
  type Cells,
  type ColumnName,
  cellsOf,
  columnId,
  groupOf,
  groupOfColumn,
  groupSize,
} from "../job-index/columns.ts";
import { durationsId, type Slices, slicesOf } from "../job-index/durations.ts";
import { hasAny, lastOf, type NumberSet } from "../job-index/number-sets.ts";
import { selectColumns } from "../queries/index-jobs.ts";

/** What is read at a time: a millisecond. */
const groupsAtOnce = 64;
const blocksAtOnce = 64;

/** Lists the groups in which a set has members. */
export function groupsWithAny(found: NumberSet): readonly number[] {
  const groups: number[] = [];
  for (let group = groupOf(found.first); group <= groupOf(lastOf(found)); group += 1) {
    if (hasAny(found, group * groupSize, (group + 1) * groupSize)) groups.push(group);
  }
  return groups;
}

/** Reads a column of some groups, in no order within as many as are read at a time. */
export async function* columnOf(
  database: Database,
  name: ColumnName,
  groups: readonly number[],
): AsyncGenerator<{ readonly group: number; readonly cells: Cells }> {
  for (let at = 0; at < groups.length; at += groupsAtOnce) {
    const ids = groups.slice(at, at + groupsAtOnce).map((group) => columnId(group, name));
    for (const { id, cells } of await database.read(selectColumns({ ids: JSON.stringify(ids) }))) {
      if (!(cells instanceof ArrayBuffer)) continue;
      yield { group: groupOfColumn(Number(id)), cells: cellsOf(name, cells) };
    }
  }
}

/** Reads the durations of some blocks. */
export async function* durationsIn(
  database: Database,
  blocks: readonly number[],
): AsyncGenerator<{ readonly block: number; readonly slices: Slices }> {
  for (let at = 0; at < blocks.length; at += blocksAtOnce) {
    const some = blocks.slice(at, at + blocksAtOnce);
    const rows = await database.read(selectColumns({ ids: JSON.stringify(some.map(durationsId)) }));
    const stored = new Map(rows.map(({ id, cells }) => [Number(id), cells]));
    for (const block of some) yield { block, slices: slicesOf(stored.get(durationsId(block))) };
  }
}
