import type { Database } from "../database.ts";
import { selectNumbersOfText } from "../queries/index-jobs.ts";
import type { Row } from "../statements.ts";

/** Asks the full-text index which jobs say a word, from number to number, both included. */
export async function sayersIn(
  database: Database,
  word: string,
  range: { readonly least: number; readonly most: number },
): Promise<readonly number[]> {
  const [row] = await database.read(selectNumbersOfText({ words: `"${word}"`, ...range }));
  return numbersIn(row, "numbers");
}

/** Reads a column that holds a JSON array of numbers. */
export function numbersIn(row: Row | undefined, name: string): readonly number[] {
  const numbers: unknown = JSON.parse(String(row?.[name]));
  return Array.isArray(numbers) ? numbers.map(Number) : [];
}
