import Papa from "papaparse";
import { megabytes } from "../shared/fetch-limited.ts";

/** More of a table is not read by the page. */
export const limits = { bytes: 8_000_000, rows: 100_000, columns: 200 } as const;

export type Table = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
};

export type Written = {
  readonly separator: string;
  readonly hasHead: boolean;
  /** More of it was not read. */
  readonly isCut: boolean;
};

/** Reads a table of text; says with numbers what of it is left out. */
export function readTable(text: string, { separator, hasHead, isCut }: Written): Table {
  // What was cut ends in the middle of a row.
  const whole = isCut ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  const { data, errors } = Papa.parse<string[]>(whole.replace(/^\ufeff/, ""), {
    ...(separator === "" ? {} : { delimiter: separator }),
    skipEmptyLines: true,
    preview: limits.rows + 2,
  });
  // It may have been cut between two quotes: then the last row goes on without end.
  const isOpen = isCut && errors.some(({ code }) => code === "MissingQuotes");
  const [first = [], ...others] = isOpen ? data.slice(0, -1) : data;
  const all = hasHead || first.length === 0 ? others : [first, ...others];
  const rows = all.slice(0, limits.rows);
  const width = rows.reduce((most, row) => Math.max(most, usedCells(row)), hasHead ? usedCells(first) : 0);
  const columns = Array.from({ length: Math.min(width, limits.columns) }, (_, index) => {
    const name = hasHead ? (first[index] ?? "").trim() : "";
    return name === "" ? `column ${index + 1}` : name;
  });
  return {
    columns,
    rows,
    notes: [
      ...(hasHead || rows.length === 0 ? [] : ["The first row seems to be no names, so the columns are numbered."]),
      ...(isCut ? [`Only the first ${megabytes(limits.bytes)} are shown: download it for the rest.`] : []),
      ...(all.length > limits.rows ? [`Only the first ${limits.rows} rows are shown.`] : []),
      ...(width > limits.columns ? [`Only the first ${limits.columns} of ${width} columns are shown.`] : []),
    ],
  };
}

/** A separator at the end of each row makes no column. */
function usedCells(row: readonly string[]): number {
  return row.findLastIndex((cell) => cell !== "") + 1;
}
