import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What may be wrong, a column of the table each. */
export const columns = ["5xx", "over 2 s", "growth", "crashes"] as const;
export type Column = (typeof columns)[number];

/** What was found of each kind. */
export type Findings = {
  /** Counts one more case of a kind. */
  tried(kind: string): void;
  /** Notes something wrong; the first inputs of each kind and column are kept in the folder. */
  note(kind: string, column: Column, input: string, words: string): Promise<void>;
  /** Tells whether enough inputs of a kind and column are kept. */
  isKept(kind: string, column: Column): boolean;
  /** Prints the table, and gives how many kinds passed and failed. */
  print(): { readonly passed: number; readonly failed: number };
};

const keptEach = 3;

/** Makes an empty collection; inputs are kept in a folder, which is made when there is one. */
export function createFindings(folder: string): Findings {
  const counts = new Map<string, Map<string, number>>();
  const add = (kind: string, column: string) => {
    const row = counts.get(kind) ?? new Map<string, number>();
    counts.set(kind, row);
    row.set(column, (row.get(column) ?? 0) + 1);
    return row.get(column) ?? 0;
  };
  const countOf = (kind: string, column: string) => counts.get(kind)?.get(column) ?? 0;
  return {
    tried: (kind) => void add(kind, "tried"),
    isKept: (kind, column) => countOf(kind, column) >= keptEach,
    async note(kind, column, input, words) {
      const number = add(kind, column);
      if (number > keptEach) return;
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${`${kind} ${column} ${number}`.replaceAll(/[^A-Za-z0-9]+/g, "-")}.txt`);
      await writeFile(file, input);
      console.log(`${kind}: ${column}: ${words.slice(0, 300)}\n  ${file}`);
    },
    print() {
      const widths = [36, 9, ...columns.map((column) => column.length + 2)];
      const line = (cells: readonly (string | number)[]) =>
        cells
          .map((cell, index) =>
            index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
          )
          .join("");
      console.log(`\n${line(["kind", "tried", ...columns])}`);
      let failed = 0;
      for (const kind of counts.keys()) {
        const wrong = columns.map((column) => countOf(kind, column));
        if (wrong.some((count) => count > 0)) failed += 1;
        console.log(line([kind, countOf(kind, "tried"), ...wrong]));
      }
      return { passed: counts.size - failed, failed };
    },
  };
}
