import { type ComparedLine, compareLines } from "./line-difference.ts";

/** So many characters before the first that differs are shown with it. */
const before = 40;
/** So many pairs of lines are compared: several texts are compared for one page. */
const mostPairs = 1_000_000;
const longestLine = 400;

/** Cuts two texts that differ to what is about as long as `longest`, with the first place where they differ in both. */
export function cutBeside(a: string, b: string, longest: number): readonly [string, string] {
  if (a.length <= longest && b.length <= longest) return [a, b];
  let at = 0;
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at += 1;
  const start = Math.max(0, at - before);
  return [cut(a, start, longest), cut(b, start, longest)];
}

function cut(text: string, start: number, longest: number): string {
  if (start === 0 && text.length <= longest) return text;
  const end = start + longest;
  const shown = `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
  return `${shown} (${text.length} characters)`;
}

/** Compares two texts line by line; `more` counts the lines beyond `most`. */
export function compareTexts(
  a: string,
  b: string,
  most: number,
): { readonly lines: readonly ComparedLine[]; readonly isExact: boolean; readonly more: number } {
  const { lines, isExact } = compareLines(a, b, mostPairs);
  const shown = lines.slice(0, most).map((line) => ("text" in line ? { ...line, text: shortLine(line.text) } : line));
  return { lines: shown, isExact, more: lines.length - shown.length };
}

function shortLine(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)}… (${line.length} characters)` : line;
}
