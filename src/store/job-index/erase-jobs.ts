import type { Database } from "../database.ts";
import {
  deleteGone,
  deleteGroup,
  deleteSet,
  deleteTexts,
  narrowGroup,
  narrowSet,
  selectGone,
  selectSetsOfBlock,
} from "../queries/index-jobs.ts";
import type { Statement } from "../statements.ts";
import { changeCells, type JobCells } from "./change-cells.ts";
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
    return [numbers === undefined ? deleteSet({ term, block }) : narrowSet({ term, block, numbers })];
  });
}

const noCells: JobCells = { finished: 0, duration: 0, status: 0, process: 0, provider: 0, user: 0 };

async function columnsWithout(database: Database, gone: readonly number[]): Promise<readonly Statement[]> {
  const { statements, finished } = await changeCells(database, new Map(gone.map((number) => [number, noCells])));
  const narrowed = [...finished].map(([number, cells]) => {
    const ends = [...cells].filter((cell) => cell > 0);
    if (ends.length === 0) return deleteGroup({ number });
    return narrowGroup({ number, leastFinished: Math.min(...ends), mostFinished: Math.max(...ends) });
  });
  return [...statements, ...narrowed];
}
