import type { NumberedTable } from "../../../domain/comparison/table-difference.ts";
import { nextTurn } from "../../../domain/waiting/timers.ts";
import { readNumberedRows } from "../../../wire/csv.ts";
import { columnNames, tableShapeOf } from "../../../wire/table-shape.ts";
import { tooManyCells } from "./work-budget.ts";

/** Two tables that can be compared, or words why they are not. */
export type ReadTables = { readonly tables: readonly [NumberedTable, NumberedTable] } | { readonly tooLarge: string };

/** Reads two tables of text; others have their turn meanwhile. Both have names of columns, or none: rows of one that has none are no names. */
export async function readTables(a: string, b: string): Promise<ReadTables> {
  const [one, other] = [await rowsOf(a), await rowsOf(b)];
  const tooLarge = tooManyCells(sizeOf(one.rows), sizeOf(other.rows));
  if (tooLarge !== undefined) return { tooLarge };
  const [headOfA, headOfB] = [one.rows[0], other.rows[0]];
  if (one.hasHead && other.hasHead && headOfA !== undefined && headOfB !== undefined) {
    return {
      tables: [
        { columns: headOfA.cells, rows: one.rows.slice(1) },
        { columns: headOfB.cells, rows: other.rows.slice(1) },
      ],
    };
  }
  const columns = columnNames(Math.max(sizeOf(one.rows).columns, sizeOf(other.rows).columns));
  return {
    tables: [
      { columns, rows: one.rows },
      { columns, rows: other.rows },
    ],
  };
}

/** So many characters tell how a table is written, if they end a line: its first hundred rows may be the whole of a wide one. */
const lookedAt = 2 ** 18;

function beginningOf(text: string): string {
  if (text.length <= lookedAt) return text;
  const end = Math.max(text.lastIndexOf("\n", lookedAt), text.lastIndexOf("\r", lookedAt));
  return text.slice(0, end > 0 ? end : lookedAt);
}

async function rowsOf(text: string): Promise<{ readonly hasHead: boolean; readonly rows: NumberedTable["rows"] }> {
  const { hasHead, separator } = tableShapeOf(beginningOf(text));
  await nextTurn();
  const rows = readNumberedRows(text, text.length, separator);
  await nextTurn();
  return { hasHead, rows };
}

function sizeOf(rows: NumberedTable["rows"]): { readonly rows: number; readonly columns: number } {
  return { rows: rows.length, columns: rows.reduce((most, { cells }) => Math.max(most, cells.length), 0) };
}
