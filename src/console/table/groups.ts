import { type Chosen, type Columns, pointsOf, rowNumber } from "./default-columns.ts";

/** The rows of one name, as places on the axis with their values. */
export type Group = { readonly name: string; readonly points: ReturnType<typeof pointsOf> };

/** More lines nobody tells apart. */
const mostGroups = 8;

/**
 * Lists the columns by whose names the rows can be parted into lines: those of a few names, of which each has one value at most at
 * each place of the axis.
 */
export function groupColumns(table: Columns, { x, y }: Pick<Chosen, "x" | "y">): readonly number[] {
  if (!doPlacesRepeat(table, x)) return [];
  return table.columns.flatMap((_, by) => {
    if (by === x || by === y || table.kinds[by] === "instant") return [];
    const groups = groupsOf(table, { x, y, by });
    const isFew = groups.length >= 2 && groups.length <= mostGroups;
    return isFew && groups.every(({ points }) => new Set(points.map(([at]) => at)).size === points.length) ? [by] : [];
  });
}

/** Tells whether several rows stand at one place of the axis: one line through them would go up and down there, and mean nothing. */
export function doPlacesRepeat(table: Columns, x: number): boolean {
  if (x === rowNumber) return false;
  const places = pointsOf(table, { x, y: x }).map(([at]) => at);
  return new Set(places).size < places.length;
}

/** Parts the rows by the names of a column, in the order in which these come first. */
export function groupsOf(
  table: Columns,
  { x, y, by }: Pick<Chosen, "x" | "y"> & { readonly by: number },
): readonly Group[] {
  const parted = Map.groupBy(table.rows, (row) => row[by] ?? "");
  return [...parted].map(([name, rows]) => ({ name, points: pointsOf({ ...table, rows }, { x, y }) }));
}

/** Chooses what the rows are parted by, and the form of what is drawn over an axis of these columns. */
export function usualGroups(table: Columns, chosen: Chosen): Chosen {
  if (chosen.form === "bars" || !doPlacesRepeat(table, chosen.x)) return chosen;
  const [by] = groupColumns(table, chosen);
  return by === undefined ? { ...chosen, form: "points" } : { ...chosen, by };
}
