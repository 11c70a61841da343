/** What may stand between the cells of a row; those that stand less often inside of cells come first. */
const separators = ["\t", ";", "|", ","] as const;

/** So many rows tell what stands between cells. */
const lookedAt = 50;

/**
 * Reads the first rows of a table of text (RFC 4180). What stands in quotes may hold separators, line breaks and doubled quotes. Without a
 * separator, the one counts that the table seems to be written with.
 */
export function readCsvRows(text: string, most: number, separator = separatorOf(text)): readonly (readonly string[])[] {
  return readNumberedRows(text, most, separator).map(({ cells }) => cells);
}

/** Reads rows as `readCsvRows` does, each with the line of the text on which it begins, from 1. */
export function readNumberedRows(
  text: string,
  most: number,
  separator: string,
): readonly { readonly line: number; readonly cells: readonly string[] }[] {
  const rows: { readonly line: number; readonly cells: readonly string[] }[] = [];
  let row: string[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let [line, next] = [1, 1];
  while (at < text.length && rows.length < most) {
    const { cell, end } = cellAt(text, at, separator);
    row.push(cell);
    if (text[at] === '"') next += cell.split(/\r\n|\n|\r/).length - 1;
    const isLast = text[end] !== separator;
    at = end + (text.startsWith("\r\n", end) ? 2 : 1);
    // A separator before the end of the text leaves an empty cell behind it.
    if (!isLast && at >= text.length) row.push("");
    if (!isLast && at < text.length) continue;
    if (row.length > 1 || row[0] !== "") rows.push({ line, cells: row });
    row = [];
    next += 1;
    line = next;
  }
  return rows;
}

/**
 * Finds what stands between the cells of a table: what divides all of the first rows into as many cells, else what its first
 * line has most of. A decimal comma divides a row of numbers too, but semicolons and tabs are looked for before it.
 */
export function separatorOf(text: string): string {
  const isEven = (separator: string) => {
    const [first = 1, ...others] = readCsvRows(text, lookedAt, separator).map(({ length }) => length);
    return first > 1 && others.every((one) => one === first);
  };
  const even = separators.find(isEven);
  if (even !== undefined) return even;
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const count = (separator: string) => firstLine.split(separator).length;
  return separators.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ",");
}

/** Reads one cell, and where it ends. */
function cellAt(text: string, start: number, separator: string): { readonly cell: string; readonly end: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
    return { cell: text.slice(start, end), end };
  }
  let end = start + 1;
  while (end < text.length) {
    if (text[end] === '"') {
      if (text[end + 1] !== '"') break;
      end += 1;
    }
    end += 1;
  }
  const cell = text.slice(start + 1, end).replaceAll('""', '"');
  let next = end + 1;
  while (next < text.length && text[next] !== separator && text[next] !== "\n" && text[next] !== "\r") next += 1;
  return { cell, end: next };
}
