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
import { hasAny, lastOf, type NumberSet } from "../job-index/number-sets.ts";
import { selectColumns } from "../queries/index-jobs.ts";

/** Columns that are read at a time: a millisecond. */
const groupsAtOnce = 64;

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
