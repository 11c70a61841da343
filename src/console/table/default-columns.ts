import { type ColumnKind, type Decimal, instantOf, numberOf } from "./sort-rows.ts";

export type Columns = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly kinds: readonly ColumnKind[];
  readonly decimal: Decimal;
};

/** Which columns are drawn, and how; `x` is `rowNumber` for the number of the row. */
export type Chosen = {
  readonly x: number;
  readonly y: number;
  readonly form: Form;
  /** The column by whose names the rows are parted, a line for each; all are one when absent. */
  readonly by?: number | undefined;
};

export type Form = "curve" | "bars" | "points";

/** Stands for the number of the row in place of a column. */
export const rowNumber = -1;

/** More bars nobody tells apart. */
const mostBars = 60;

/** A few rows may grow by chance. */
const fewestInOrder = 3;

/**
 * Chooses what of a table is drawn first. It is drawn over dates, else over few names that differ, else over numbers that only grow or
 * only fall, else over the number of the row. Numbers that name a row, a year, or a day or
 * month within one, are drawn only when there are no others; so are numbers that are all the same, and how many there were of something. Undefined when no
 * column holds numbers.
 */
export function defaultColumns(table: Columns): Chosen | undefined {
  const { kinds, rows } = table;
  const numbers = kinds.flatMap((kind, index) => (kind === "number" ? [index] : []));
  const measured = numbers.filter((index) => !isId(table, index) && !isYear(table, index) && !isCounted(table, index));
  const telling = measured.filter((index) => varies(table, index) && !isCount(table, index));
  const valuesBeside = (x: number) =>
    [telling, measured, numbers].flatMap((indexes) => indexes.find((index) => index !== x) ?? [])[0];
  const x = axisOf(table, numbers, measured);
  const y = valuesBeside(x);
  if (y === undefined) {
    const [only] = numbers;
    return only === undefined ? undefined : { x: rowNumber, y: only, form: "curve" };
  }
  return { x, y, form: kinds[x] === "text" && rows.length <= mostBars ? "bars" : "curve" };
}

function axisOf(table: Columns, numbers: readonly number[], measured: readonly number[]): number {
  const instants = table.kinds.indexOf("instant");
  if (instants >= 0) return instants;
  const ordered = numbers.filter((index) => isInOrder(table, index));
  const times = ordered.find((index) => isYear(table, index) || /time|date|day|hour|month/i.test(nameOf(table, index)));
  if (numbers.length > 1 && times !== undefined) return times;
  const label = table.kinds.indexOf("text");
  if (label >= 0 && areLabels(table, label)) return label;
  // The only values that there are may grow, too.
  return ordered.find((index) => measured.some((other) => other !== index)) ?? rowNumber;
}

function nameOf({ columns }: Columns, index: number): string {
  return columns[index] ?? "";
}

function cellsOf({ rows }: Columns, index: number): readonly string[] {
  return rows.map((row) => row[index] ?? "");
}

/** Few names, each of one row. */
function areLabels(table: Columns, index: number): boolean {
  const cells = cellsOf(table, index);
  return cells.length <= mostBars && new Set(cells).size === cells.length;
}

function isInOrder(table: Columns, index: number): boolean {
  const values = cellsOf(table, index).map((cell) => numberOf(cell, table.decimal) ?? Number.NaN);
  if (values.length < fewestInOrder) return false;
  const isEach = (wanted: (one: number, next: number) => boolean) =>
    values.slice(1).every((next, at) => wanted(values[at] ?? Number.NaN, next));
  return isEach((one, next) => one < next) || isEach((one, next) => one > next);
}

function isId(table: Columns, index: number): boolean {
  const name = nameOf(table, index).trim();
  if (
    /^(?:(?:[a-z]*[_ .-])?(?:id|fid|gid|oid|uid|pk|index|nr|no)|[a-z]+Id|[a-z]*objectid|unnamed: 0|epsg|code)$/.test(
      name,
    )
  )
    return true;
  if (/^(?:ID|FID|OID|GID|UID|OBJECTID|[A-Z]+_ID|Index|Id|Nr|No|Code)$/.test(name)) return true;
  const values = cellsOf(table, index).map((cell) => numberOf(cell, table.decimal));
  const [first] = values;
  // Rows that are counted have no name there, or one that says nothing.
  const isNumbered = first !== undefined && values.every((value, at) => value === first + at);
  return isNumbered && values.length >= fewestInOrder && (first === 0 || first === 1) && /^(?:column \d+)?$/.test(name);
}

function isYear(table: Columns, index: number): boolean {
  const values = cellsOf(table, index).flatMap((cell) => numberOf(cell, table.decimal) ?? []);
  const areYears = values.every((value) => Number.isInteger(value) && value >= 1500 && value <= 2200);
  return areYears && values.length > 0 && /year|jahr|ann|año|^y(?:r|yyy)?$|^column \d+$/i.test(nameOf(table, index));
}

/** What is counted within a year, a day or a run: it begins again and again, and says nothing by itself. */
const counted =
  /^(?:day|doy|jday|(?:julian|day)[_ ]?(?:day|of[_ ]?(?:the[_ ]?)?(?:year|month|week))|month|week|weekday|hour|minute|quarter|season|(?:time[_ ]?)?step|rank|row|line)s?$/i;

function isCounted(table: Columns, index: number): boolean {
  if (!counted.test(nameOf(table, index).trim())) return false;
  const values = cellsOf(table, index).flatMap((cell) => numberOf(cell, table.decimal) ?? []);
  return values.every(Number.isInteger);
}

/** How many values stand behind a row says less than the values. */
function isCount(table: Columns, index: number): boolean {
  return /^(?:counts?|n[_ ]?obs|num(?:ber)?|samples?|observations?)$/i.test(nameOf(table, index).trim());
}

function varies(table: Columns, index: number): boolean {
  return new Set(cellsOf(table, index).flatMap((cell) => numberOf(cell, table.decimal) ?? [])).size > 1;
}

/** Lists what is drawn as places on the axis with their values, in the order of the axis, however the rows stand. */
export function pointsOf(
  table: Columns,
  { x, y }: Pick<Chosen, "x" | "y">,
): readonly (readonly [at: number, value: number | null])[] {
  const points = table.rows.flatMap((row, index): readonly (readonly [number, number | null])[] => {
    const at = placeOnAxis(table, x, index);
    return at === undefined ? [] : [[at, numberOf(row[y] ?? "", table.decimal) ?? null]];
  });
  return points.toSorted(([one], [other]) => one - other);
}

/** Returns a cell as a place on the axis of its column; undefined where it has none. */
export function placeOnAxis(table: Columns, x: number, row: number): number | undefined {
  if (x === rowNumber) return row + 1;
  const cell = table.rows[row]?.[x] ?? "";
  switch (table.kinds[x]) {
    case "instant":
      return instantOf(cell);
    case "number":
      return numberOf(cell, table.decimal);
    default:
      return row;
  }
}
