const separators = [",", ";", "\t", "|"] as const;

/**
 * Reads the first rows of a table of text (RFC 4180), with the separator that its first line has most of. What stands in quotes may hold
 * separators, line breaks and doubled quotes.
 */
export function readCsvRows(text: string, most: number): readonly (readonly string[])[] {
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const count = (separator: string) => firstLine.split(separator).length;
  const separator = separators.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ",");
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length && rows.length < most) {
    const { cell, end } = cellAt(text, at, separator);
    row.push(cell);
    const isLast = text[end] !== separator;
    at = end + (text.startsWith("\r\n", end) ? 2 : 1);
    // A separator before the end of the text leaves an empty cell behind it.
    if (!isLast && at >= text.length) row.push("");
    if (!isLast && at < text.length) continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
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
