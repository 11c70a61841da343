/** Words of a text that a sketch has, and how many of the words of two texts must be the same. */
const mostWords = 400;
const leastAlike = 0.6;

/** Writes a sketch of a text, by which one that was mended is told from another one: short numbers of its first 400 different words. */
export function sketchOf(text: string): string {
  return [...marksOf(text)].join(" ");
}

/** Tells whether a text is still the one that a sketch was made of, though some of its words may have changed. */
export function isLike(text: string, sketch: string): boolean {
  const [now, before] = [marksOf(text), new Set(sketch.split(" ").filter((mark) => mark !== ""))];
  const same = [...now].filter((mark) => before.has(mark)).length;
  return same >= leastAlike * Math.max(now.size, before.size);
}

function marksOf(text: string): ReadonlySet<string> {
  const marks = new Set<string>();
  for (const [word] of text.matchAll(/[^\s,:{}[\]"']+/g)) {
    if (marks.size === mostWords) break;
    marks.add(markOf(word));
  }
  return marks;
}

/** FNV-1a with 32 bits: nobody is to be kept from making equal ones. */
function markOf(word: string): string {
  let hash = 0x811c9dc5;
  for (const letter of word) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(36);
}
