/** How much may still be gone through for an answer: lines of texts and tables, and bytes of files or characters of JSON of any kind. */
export type WorkBudget = { lines: number; characters: number };

/** So many lines of both sides of a pair are gone through, and so many for one answer. */
const mostOfPair = 100_000;
const mostOfAnswer = 400_000;
/** So many cells of both tables of a pair are compared: rows count as wide as the widest one. */
const mostCells = 2_000_000;
/** So many bytes or characters are gone through for one answer. */
const mostMebibytes = 16;

/** Creates what one answer may go through. */
export function workBudget(): WorkBudget {
  return { lines: mostOfAnswer, characters: mostMebibytes * 2 ** 20 };
}

/** Takes the lengths of two files or values off a budget; gives words why they are not looked into, where it has not as much left. */
export function takeLengths(budget: WorkBudget, a: number, b: number): string | undefined {
  if (a + b > budget.characters) return `one comparison goes through ${mostMebibytes} MiB at most.`;
  budget.characters -= a + b;
  return undefined;
}

/** Takes the lines of two texts off a budget; gives words why they are not gone through, where they are more than it has, or more than a pair may have. */
export function takeLines(budget: WorkBudget, a: string, b: string): string | undefined {
  const [ofA, ofB] = [countLines(a), countLines(b)];
  const found = `A has ${ofA} lines, B has ${ofB}`;
  if (ofA + ofB > mostOfPair) return `${found}: only what has up to ${mostOfPair} together is compared inside.`;
  if (ofA + ofB > budget.lines) return `${found}: one comparison goes through ${mostOfAnswer} lines at most.`;
  budget.lines -= ofA + ofB;
  return undefined;
}

/** The size of a table: what its header has counts as a row of its own. */
type Size = { readonly rows: number; readonly columns: number };

/** Says why two tables are not compared; undefined where they are. */
export function tooManyCells(a: Size, b: Size): string | undefined {
  if ((a.rows + b.rows) * Math.max(a.columns, b.columns) <= mostCells) return undefined;
  const found = `A has ${a.rows} rows of ${a.columns} columns, B has ${b.rows} of ${b.columns}`;
  return `${found}: only what has up to ${mostCells} cells together is compared inside.`;
}

/** Lines end with a line feed, a carriage return, or both. */
function countLines(text: string): number {
  let count = 1;
  for (const _ of text.matchAll(/\r\n|[\r\n]/g)) count += 1;
  return count;
}
