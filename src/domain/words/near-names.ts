/** Letters that a misspelt name may be off by. */
const maxDistance = 2;
/** Longer names are compared no further: nobody misspells those by a letter, and comparing takes their product. */
const maxLength = 100;

/** Finds the names that somebody may have meant who wrote another one: at most two letters off, the nearest first. */
export function nearNames(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > maxLength) return [];
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) > maxDistance || candidate.length > maxLength) continue;
    const distance = letterDistance(name.toLowerCase(), candidate.toLowerCase());
    // Of a short name two letters are all.
    if (distance <= Math.min(maxDistance, Math.floor(candidate.length / 2))) found.push({ name: candidate, distance });
  }
  return found.toSorted((a, b) => a.distance - b.distance).map((near) => near.name);
}

/** Counts the letters to be added, left out, exchanged or put in each other's place to make one text of another. */
export function letterDistance(one: string, other: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const isSame = one[at - 1] === other[to - 1];
      const isSwapped = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      next.push(
        Math.min(
          (row[to] ?? 0) + 1,
          (next[to - 1] ?? 0) + 1,
          (row[to - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[to - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
