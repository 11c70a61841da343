import type { NamedCell } from "../documents/content-difference.ts";
import { nextTurn } from "../waiting/timers.ts";

/** Two tables by the columns that both have: the cells of each row, in the order of the names. */
type Sides = {
  readonly names: readonly string[];
  readonly a: readonly Cells[];
  readonly b: readonly Cells[];
};
type Cells = readonly (string | undefined)[];

/** Columns further to the right name no row, and no more than so many name one together. */
const mostTried = 12;
const mostNaming = 3;
const longestCell = 40;

/**
 * Makes the function that names a row by the cells of the columns whose values together are different in each row of both tables,
 * those furthest to the left. It gives nothing where the two rows of a pair do not agree in them, and where the first column by
 * itself would do, or no columns do.
 */
export async function rowNames(
  { names, a, b }: Sides,
  pairs: readonly { readonly a?: number; readonly b?: number }[],
): Promise<(one: Cells | undefined, other: Cells | undefined) => readonly NamedCell[]> {
  const both = pairs.flatMap(({ a: at, b: to }) =>
    at === undefined || to === undefined ? [] : [[a[at], b[to]] as const],
  );
  // What mostly differs between the two is what was measured, and names nothing.
  const agrees = (column: number) =>
    both.filter(([one, other]) => one?.[column] === other?.[column]).length * 2 >= both.length;
  const candidates = names.flatMap((_, column) => (column < mostTried && agrees(column) ? [column] : []));
  const naming = await namingColumns([a, b], candidates);
  if (naming.length === 0 || (naming.length === 1 && naming[0] === 0)) return () => [];
  return (one, other = one) => {
    const row = one ?? other;
    if (row === undefined || naming.some((column) => row[column] !== other?.[column])) return [];
    return naming.map((column) => ({ column: names[column] ?? "", text: (row[column] ?? "").slice(0, longestCell) }));
  };
}

/**
 * Takes columns from the left until each row differs from all others, and leaves out those that are not needed for it. Other work
 * has its turn between two columns.
 */
async function namingColumns(
  tables: readonly (readonly Cells[])[],
  candidates: readonly number[],
): Promise<readonly number[]> {
  const rows = tables.flat();
  // Rows of different tables are told apart from the start.
  let groups: Groups = new Uint32Array(rows.length).fill(1, tables[0]?.length);
  /** For each number of columns from the left, which rows they do not tell apart. */
  const prefixes: Groups[] = [groups];
  const numbers: Groups[] = [];
  for (const column of candidates) {
    if (numbers.length > 0 && isUnique(groups)) break;
    const ofColumn = numbersOf(rows, column);
    groups = split(groups, ofColumn);
    prefixes.push(groups);
    numbers.push(ofColumn);
    await nextTurn();
  }
  if (numbers.length === 0 || !isUnique(groups)) return [];
  // The last one is needed: without it, they were not all different.
  const needed: number[] = [];
  for (let at = numbers.length - 1; at >= 0 && needed.length <= mostNaming; at -= 1) {
    const isLast = needed.length === 0;
    const others = needed.flatMap((one) => numbers[one] ?? []);
    const left = isLast ? undefined : others.reduce(split, prefixes[at] ?? groups);
    if (left === undefined || !isUnique(left)) needed.push(at);
    await nextTurn();
  }
  return needed.length > mostNaming ? [] : needed.toReversed().flatMap((at) => candidates[at] ?? []);
}

/** A number for each row: rows with the same number are not told apart. Numbers run from 0 on without gaps. */
type Groups = Uint32Array;

function isUnique(groups: Groups): boolean {
  const seen = new Uint8Array(groups.length);
  for (const group of groups) {
    if (seen[group] === 1) return false;
    seen[group] = 1;
  }
  return true;
}

/** Numbers the cells of a column: equal ones have the same number. */
function numbersOf(rows: readonly Cells[], column: number): Groups {
  const known = new Map<string | undefined, number>();
  return Uint32Array.from(rows, (row) => numberIn(known, row[column]));
}

/** Tells rows apart that were not so far, where their numbers differ. */
function split(groups: Groups, numbers: Groups): Groups {
  const known = new Map<number, number>();
  return groups.map((group, row) => numberIn(known, group * groups.length + (numbers[row] ?? 0)));
}

function numberIn<Key>(known: Map<Key, number>, key: Key): number {
  const number = known.get(key) ?? known.size;
  known.set(key, number);
  return number;
}
