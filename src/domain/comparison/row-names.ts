import type { NamedCell } from "../documents/content-difference.ts";

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
export function rowNames(
  { names, a, b }: Sides,
  pairs: readonly { readonly a?: number; readonly b?: number }[],
): (one: Cells | undefined, other: Cells | undefined) => readonly NamedCell[] {
  const both = pairs.flatMap(({ a: at, b: to }) =>
    at === undefined || to === undefined ? [] : [[a[at], b[to]] as const],
  );
  // What mostly differs between the two is what was measured, and names nothing.
  const agrees = (column: number) =>
    both.filter(([one, other]) => one?.[column] === other?.[column]).length * 2 >= both.length;
  const candidates = names.flatMap((_, column) => (column < mostTried && agrees(column) ? [column] : []));
  const naming = namingColumns([a, b], candidates);
  if (naming.length === 0 || (naming.length === 1 && naming[0] === 0)) return () => [];
  return (one, other = one) => {
    const row = one ?? other;
    if (row === undefined || naming.some((column) => row[column] !== other?.[column])) return [];
    return naming.map((column) => ({ column: names[column] ?? "", text: (row[column] ?? "").slice(0, longestCell) }));
  };
}

/** Takes columns from the left until each row differs from all others, and leaves out those that are not needed for it. */
function namingColumns(tables: readonly (readonly Cells[])[], candidates: readonly number[]): readonly number[] {
  const isUnique = (columns: readonly number[]) =>
    tables.every(
      (rows) => new Set(rows.map((row) => JSON.stringify(columns.map((at) => row[at])))).size === rows.length,
    );
  const enough = candidates.findIndex((_, index) => isUnique(candidates.slice(0, index + 1)));
  let naming = candidates.slice(0, enough + 1);
  for (const column of naming.toReversed()) {
    const others = naming.filter((one) => one !== column);
    if (others.length > 0 && isUnique(others)) naming = others;
  }
  return naming.length > mostNaming ? [] : naming;
}
