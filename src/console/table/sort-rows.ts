export type Order = { readonly column: number; readonly isDown: boolean };

/** What stands before the parts of a number that are less than one. */
export type Decimal = "." | ",";

/** Lists the numbers of rows in the order of a column: numbers by their value, text by its letters, what is empty last. */
export function sortedRows(
  rows: readonly (readonly string[])[],
  order: Order | undefined,
  decimal: Decimal = ".",
): readonly number[] {
  const indexes = rows.map((_, index) => index);
  if (order === undefined) return indexes;
  const cells = rows.map((row) => row[order.column] ?? "");
  const numbers = cells.map((cell) => numberOf(cell, decimal) ?? instantOf(cell));
  const collator = new Intl.Collator(undefined, { numeric: true });
  const sign = order.isDown ? -1 : 1;
  return indexes.toSorted((one, other) => {
    const [first = "", second = ""] = [cells[one], cells[other]];
    if (first === "" || second === "") return Number(first === "") - Number(second === "");
    const [left, right] = [numbers[one], numbers[other]];
    if (left !== undefined && right !== undefined) return (left - right) * sign;
    return collator.compare(first, second) * sign;
  });
}

/** Reads a cell as a number; undefined for all else. */
export function numberOf(cell: string, decimal: Decimal = "."): number | undefined {
  const trimmed = cell.trim();
  // Where a comma is the decimal sign, points may stand between thousands.
  const isGrouped = decimal === "," && /^[-+]?\d{1,3}(?:\.\d{3})+,/.test(trimmed);
  const text = decimal === "," ? (isGrouped ? trimmed.replaceAll(".", "") : trimmed).replace(",", ".") : trimmed;
  if (text === "" || !/^[-+]?(?:\d|\.\d)/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Reads a cell as an instant, in seconds since 1970; undefined for all else. What names no time zone is taken as UTC. */
export function instantOf(cell: string): number | undefined {
  const text = cell.trim();
  const [, year, month, day, time = "", zone = ""] =
    /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:?\d\d)?)?)?$/.exec(text) ??
    /^(\d{4})\/(\d\d)\/(\d\d)$/.exec(text) ??
    turned(/^(\d\d?)\.(\d\d?)\.(\d{4})$/.exec(text));
  if (year === undefined || month === undefined) return undefined;
  const named = [year, month.padStart(2, "0"), (day ?? "1").padStart(2, "0")].join("-");
  const milliseconds = Date.parse(`${named}T${time === "" ? "00:00" : time}${zone === "" ? "Z" : zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** The day stands first. */
function turned(found: RegExpExecArray | null): readonly (string | undefined)[] {
  return found === null ? [] : [found[0], found[3], found[2], found[1]];
}

/** What a column holds, as most of its first cells say. */
export type ColumnKind = "number" | "instant" | "text";

/** Tells what a column can be drawn as. */
export function columnKind(rows: readonly (readonly string[])[], column: number, decimal: Decimal = "."): ColumnKind {
  const cells = rows.slice(0, 500).flatMap((row) => (row[column] ?? "").trim() || []);
  if (cells.length === 0) return "text";
  const share = (isOne: (cell: string) => boolean) => cells.filter(isOne).length / cells.length;
  if (share((cell) => instantOf(cell) !== undefined) > 0.8) return "instant";
  return share((cell) => numberOf(cell, decimal) !== undefined) > 0.8 ? "number" : "text";
}
