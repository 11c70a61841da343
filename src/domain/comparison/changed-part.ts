/** A text in three parts: what it has in common with another at the beginning, what differs, and what it has in common at the end. */
export type ChangedPart = readonly [same: string, changed: string, same: string];

/** Finds the part in which two texts differ, in whole words. */
export function changedParts(a: string, b: string): readonly [ChangedPart, ChangedPart] {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  const shorter = Math.min(one.length, other.length);
  let [start, end] = [0, 0];
  while (start < shorter && one[start] === other[start]) start += 1;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return [partsOf(one, start, end), partsOf(other, start, end)];
}

/** Words and what stands between them, so that together they are the text. */
function wordsOf(text: string): readonly string[] {
  return text.split(/(\s+)/).filter((word) => word !== "");
}

function partsOf(words: readonly string[], start: number, end: number): ChangedPart {
  const last = words.length - end;
  return [words.slice(0, start).join(""), words.slice(start, last).join(""), words.slice(last).join("")];
}
