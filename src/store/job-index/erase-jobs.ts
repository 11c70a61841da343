import type { Database } from "../database.ts";
import {
  deleteColumns,
  deleteGone,
  deleteGroup,
  deleteSet,
  deleteTexts,
  narrowGroup,
  putColumn,
  putSet,
  selectColumns,
  selectGone,
  selectSetsOfBlock,
} from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { cellsOf, columnId, columnNames, groupOf, groupSize } from "./columns.ts";
import { blockOf, has, removeNumbers, setOfBlock, storedForm } from "./number-sets.ts";

/** Jobs of one write: all sets of their block are read for it, however many they are. */
const mostErased = 1000;

/** Erases jobs that left the index since they were taken up, those of one block, in one write. Returns how many. */
export async function eraseGone(database: Database): Promise<number> {
  const rows = await database.read(selectGone({ limit: mostErased }));
  const all = rows.map((row) => Number(row.number));
  const [first] = all;
  if (first === undefined) return 0;
  const block = blockOf(first);
  const gone = all.filter((number) => blockOf(number) === block);
  const numbers = JSON.stringify(gone);
  await database.write([
    ...(await setsWithout(database, block, gone)),
    ...(await columnsWithout(database, gone)),
    deleteTexts({ numbers }),
    deleteGone({ numbers }),
  ]);
  return gone.length;
}

async function setsWithout(database: Database, block: number, gone: readonly number[]): Promise<readonly Statement[]> {
  const rows = await database.read(selectSetsOfBlock({ block }));
  return rows.flatMap((row) => {
    const set = setOfBlock(block, row.numbers);
    if (!gone.some((number) => has(set, number))) return [];
    removeNumbers(set, gone);
    const numbers = storedForm(set);
    const term = String(row.term);
    return [numbers === undefined ? deleteSet({ term, block }) : putSet({ term, block, numbers })];
  });
}

async function columnsWithout(database: Database, gone: readonly number[]): Promise<readonly Statement[]> {
  const groups = Map.groupBy(gone, groupOf);
  const statements: Statement[] = [];
  for (const [group, numbers] of groups) {
    const ids = columnNames.map((name) => columnId(group, name));
    const rows = await database.read(selectColumns({ ids: JSON.stringify(ids) }));
    const stored = new Map(rows.map((row) => [Number(row.id), row.cells]));
    const columns = columnNames.map((name) => {
      const id = columnId(group, name);
      const cells = cellsOf(name, stored.get(id));
      for (const number of numbers) cells[number % groupSize] = 0;
      return { name, id, cells };
    });
    const finished = [...(columns.find(({ name }) => name === "finished")?.cells ?? [])].filter((cell) => cell > 0);
    if (finished.length === 0) {
      statements.push(
        deleteColumns({ least: Math.min(...ids), most: Math.max(...ids) }),
        deleteGroup({ number: group }),
      );
      continue;
    }
    statements.push(
      ...columns.map(({ id, cells }) => putColumn({ id, cells: new Uint8Array(cells.buffer) })),
      narrowGroup({ number: group, leastFinished: Math.min(...finished), mostFinished: Math.max(...finished) }),
    );
  }
  return statements;
}
