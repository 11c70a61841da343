import type { TableShape } from "../domain/documents/result-view.ts";
import { readCsvRows, separatorOf } from "./csv.ts";

/** So many rows tell what a table holds. */
const lookedAt = 100;

/** Tells how a table of text is to be read: whoever wrote it says none of this. */
export function tableShapeOf(text: string): TableShape {
  const separator = separatorOf(text);
  const rows = readCsvRows(text, lookedAt, separator);
  const decimal = decimalOf(rows, separator);
  return { separator, decimal, hasHead: hasHead(rows, decimal) };
}

/** Names the columns of a table whose first row names none. */
export function columnNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `column ${index + 1}`);
}

const plain = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;
const withComma = /^[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:e[-+]?\d+)?$/i;

/** Only where something else divides cells can a comma be a part of a number. */
function decimalOf(rows: readonly (readonly string[])[], separator: string): TableShape["decimal"] {
  if (separator !== ";") return ".";
  const cells = rows.flat().map((cell) => cell.trim());
  const commas = cells.filter((cell) => withComma.test(cell)).length;
  return commas > cells.filter((cell) => plain.test(cell) && cell.includes(".")).length ? "," : ".";
}

type Kind = "none" | "value" | "text";

/**
 * Tells whether the first row names the columns: it does not when all that stands in it are numbers or dates, or when it holds
 * what the rows below it hold.
 */
function hasHead([first = [], ...rest]: readonly (readonly string[])[], decimal: TableShape["decimal"]): boolean {
  const kinds = first.map((cell) => kindOf(cell, decimal));
  if (!kinds.includes("value")) return true;
  if (!kinds.includes("text")) return kinds.includes("none") && areCounted(first);
  if (rest.length === 0) return true;
  const isSame = kinds.every((kind, index) => kind === "none" || kind === kindBelow(rest, index, decimal));
  return !isSame || areYears(first, kinds, rest);
}

function kindOf(cell: string, decimal: TableShape["decimal"]): Kind {
  const text = cell.trim();
  if (text === "") return "none";
  const isNumber = plain.test(text) || (decimal === "," && withComma.test(text));
  return isNumber || /^\d{4}-\d\d(?:-\d\d.*)?$|^\d{4}\/\d\d\/\d\d$|^\d\d?\.\d\d?\.\d{4}$/.test(text) ? "value" : "text";
}

/** What most cells of a column are. */
function kindBelow(rows: readonly (readonly string[])[], index: number, decimal: TableShape["decimal"]): Kind {
  const kinds = rows.map((row) => kindOf(row[index] ?? "", decimal)).filter((kind) => kind !== "none");
  if (kinds.length === 0) return "none";
  return kinds.filter((kind) => kind === "value").length > kinds.length / 2 ? "value" : "text";
}

/** Some programs number their columns from 0 on, with nothing above the numbers of the rows. */
function areCounted(first: readonly string[]): boolean {
  const numbers = first.map((cell) => cell.trim()).filter((cell) => cell !== "");
  return numbers.every((cell, index) => cell === String(index));
}

/** Years are names of columns, unless years stand below them, too. */
function areYears(first: readonly string[], kinds: readonly Kind[], rest: readonly (readonly string[])[]): boolean {
  const isYear = (cell: string) => /^(?:1[89]|20|21)\d\d$/.test(cell.trim());
  const columns = kinds.flatMap((kind, index) => (kind === "value" ? [index] : []));
  return columns.every((index) => isYear(first[index] ?? "") && !rest.every((row) => isYear(row[index] ?? "")));
}
