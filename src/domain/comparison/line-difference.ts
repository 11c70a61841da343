/** A line of a comparison; `skipped` stands for as many lines that are the same. */
export type ComparedLine =
  | { readonly kind: "same" | "removed" | "added"; readonly text: string }
  | { readonly kind: "skipped"; readonly count: number };

/** The lines of a comparison, and whether it was made line by line. */
export type Comparison = { readonly lines: readonly ComparedLine[]; readonly isExact: boolean };

/** As many lines around a change are shown. */
const context = 3;
/** So many pairs of lines are compared: some ten milliseconds. */
const mostPairs = 4_000_000;

type Change = Extract<ComparedLine, { readonly text: string }>;

/**
 * Compares two texts line by line, by the longest list of lines that both have. What differs in more lines than can be compared in a
 * moment is given as removed and added as a whole.
 */
export function compareLines(before: string, after: string, limit = mostPairs): Comparison {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  const room = Math.min(old.length, now.length) - start;
  while (end < room && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const [oldMiddle, nowMiddle] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  const isExact = oldMiddle.length * nowMiddle.length <= limit;
  const middle = isExact
    ? changesOf(oldMiddle, nowMiddle)
    : [...oldMiddle.map(asKind("removed")), ...nowMiddle.map(asKind("added"))];
  const all = [
    ...old.slice(0, start).map(asKind("same")),
    ...middle,
    ...old.slice(old.length - end).map(asKind("same")),
  ];
  return { lines: withoutFarLines(all), isExact };
}

function asKind(kind: Change["kind"]): (text: string) => Change {
  return (text) => ({ kind, text });
}

function changesOf(old: readonly string[], now: readonly string[]): readonly Change[] {
  const width = now.length + 1;
  // The length of the longest common list of the rests of both, for each pair of places.
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      lengths[at] =
        old[row] === now[column]
          ? 1 + (lengths[at + width + 1] ?? 0)
          : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  const changes: Change[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    const [oldLine, newLine] = [old[row], now[column]];
    const at = row * width + column;
    if (oldLine !== undefined && oldLine === newLine) {
      changes.push({ kind: "same", text: oldLine });
      [row, column] = [row + 1, column + 1];
    } else if (
      oldLine !== undefined &&
      (newLine === undefined || (lengths[at + width] ?? 0) >= (lengths[at + 1] ?? 0))
    ) {
      changes.push({ kind: "removed", text: oldLine });
      row += 1;
    } else if (newLine !== undefined) {
      changes.push({ kind: "added", text: newLine });
      column += 1;
    }
  }
  return changes;
}

/** Leaves out lines that are the same and far from any change. */
function withoutFarLines(lines: readonly Change[]): readonly ComparedLine[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, { kind }] of lines.entries()) {
    if (kind !== "same") isNear.fill(1, Math.max(0, index - context), index + context + 1);
  }
  const shown: ComparedLine[] = [];
  let skipped = 0;
  for (const [index, line] of lines.entries()) {
    if (isNear[index] === 0) {
      skipped += 1;
      continue;
    }
    if (skipped > 0) shown.push({ kind: "skipped", count: skipped });
    skipped = 0;
    shown.push(line);
  }
  return skipped > 0 ? [...shown, { kind: "skipped", count: skipped }] : shown;
}
