import { defined, unlessEmpty } from "../defined.ts";
import type { CellDifference, RowDifference } from "../documents/content-difference.ts";
import { nextTurn } from "../waiting/timers.ts";
import { compareLines } from "./line-difference.ts";
import { rowNames } from "./row-names.ts";
import { cutBeside } from "./text-difference.ts";

/** A row of a table of text, and the line on which it begins, from 1. */
export type NumberedRow = { readonly line: number; readonly cells: readonly string[] };

/** A table with the names of its columns and the rows below them. */
export type NumberedTable = { readonly columns: readonly string[]; readonly rows: readonly NumberedRow[] };

/** What two tables do not have alike: columns by their names, and rows by their cells. */
export type ComparedTables = {
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly rows: readonly RowDifference[];
  /** So many more rows differ. */
  readonly more: number;
};

const mostCells = 20;
const longestCell = 200;
const longestFirst = 40;
/** So many pairs of rows are compared. */
const mostPairs = 1_000_000;

/**
 * Lists the rows that two tables do not have alike, up to `most`. A row that was put in or left out moves the others, which are no
 * difference for that. Columns are told by their names, wherever they stand. Other work has its turn between the parts of this one.
 */
export async function compareTables(a: NumberedTable, b: NumberedTable, most: number): Promise<ComparedTables> {
  const { names, cellsOf } = columnsOf(a.columns, b.columns);
  const [one, other] = [a.rows.map(cellsOf.a), b.rows.map(cellsOf.b)];
  await nextTurn();
  const keys = [one.map(keyOf), other.map(keyOf)] as const;
  await nextTurn();
  const pairs = pairsOf(...keys);
  await nextTurn();
  const nameOf = await rowNames({ names, a: one, b: other }, pairs);
  const rows = pairs.slice(0, most).map(({ a: at, b: to }): RowDifference => {
    const cells = names.flatMap((column, index) => cellOf(column, one[at ?? -1]?.[index], other[to ?? -1]?.[index]));
    return {
      ...lineOf("a", a.rows, at),
      ...lineOf("b", b.rows, to),
      ...firstOf(a.rows[at ?? -1], b.rows[to ?? -1]),
      ...defined({ named: unlessEmpty(nameOf(one[at ?? -1], other[to ?? -1])) }),
      cells: cells.slice(0, mostCells),
      moreCells: Math.max(0, cells.length - mostCells),
    };
  });
  return {
    onlyA: without(a.columns, b.columns),
    onlyB: without(b.columns, a.columns),
    rows,
    more: pairs.length - rows.length,
  };
}

function without(columns: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return columns.filter((column) => !known.has(column)).slice(0, mostCells);
}

type CellsOf = (row: NumberedRow) => readonly (string | undefined)[];

/** Gives the columns that are compared: those that both have, by name where the names are plain, else by place. */
function columnsOf(
  a: readonly string[],
  b: readonly string[],
): { readonly names: readonly string[]; readonly cellsOf: { readonly a: CellsOf; readonly b: CellsOf } } {
  const isPlain = (columns: readonly string[]) => new Set(columns).size === columns.length;
  const placeInB = new Map(b.map((column, index) => [column, index]));
  const common = a.flatMap((column, index) => {
    const place = placeInB.get(column);
    return place === undefined ? [] : [{ column, index, place }];
  });
  if (!isPlain(a) || !isPlain(b) || common.length === 0) {
    const names = a.length >= b.length ? a : b;
    return { names, cellsOf: { a: ({ cells }) => cells, b: ({ cells }) => cells } };
  }
  return {
    names: common.map(({ column }) => column),
    cellsOf: {
      a: ({ cells }) => common.map(({ index }) => cells[index]),
      b: ({ cells }) => common.map(({ place }) => cells[place]),
    },
  };
}

/** One line for each row, whatever its cells hold. */
function keyOf(cells: readonly (string | undefined)[]): string {
  return JSON.stringify(cells);
}

type RowPair = { readonly a?: number; readonly b?: number };

/** Finds which rows differ: those between two equal ones stand side by side, as far as there are as many of both. */
function pairsOf(a: readonly string[], b: readonly string[]): readonly RowPair[] {
  const { lines } = compareLines(a.join("\n"), b.join("\n"), mostPairs);
  const pairs: RowPair[] = [];
  let [removed, added]: [number[], number[]] = [[], []];
  let [atA, atB] = [0, 0];
  const pass = (count: number) => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const [one, other] = [removed[index], added[index]];
      pairs.push({ ...(one === undefined ? {} : { a: one }), ...(other === undefined ? {} : { b: other }) });
    }
    [removed, added] = [[], []];
    [atA, atB] = [atA + count, atB + count];
  };
  for (const line of lines) {
    switch (line.kind) {
      case "same":
        pass(1);
        break;
      case "skipped":
        pass(line.count);
        break;
      case "removed":
        if (atA < a.length) removed.push(atA);
        atA += 1;
        break;
      case "added":
        if (atB < b.length) added.push(atB);
        atB += 1;
        break;
      default:
        return line satisfies never;
    }
  }
  pass(0);
  return pairs;
}

function lineOf(side: "a" | "b", rows: readonly NumberedRow[], at: number | undefined): Pick<RowDifference, "a" | "b"> {
  const line = rows[at ?? -1]?.line;
  return line === undefined ? {} : { [side]: line };
}

/** The first cell of a row, where each side that has the row says the same. */
function firstOf(one: NumberedRow | undefined, other: NumberedRow | undefined): Pick<RowDifference, "first"> {
  const [first, second = first] = [one, other].flatMap((row) => (row === undefined ? [] : [row.cells[0] ?? ""]));
  return first === undefined || first === "" || first !== second ? {} : { first: first.slice(0, longestFirst) };
}

function cellOf(column: string, a: string | undefined, b: string | undefined): readonly CellDifference[] {
  if (a === b) return [];
  const [one, other] = cutBeside(a ?? "", b ?? "", longestCell);
  return [{ column, ...(a === undefined ? {} : { a: one }), ...(b === undefined ? {} : { b: other }) }];
}
