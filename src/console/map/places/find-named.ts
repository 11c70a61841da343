/** What can be found by its name, or by others that it goes by. */
export type Named = {
  readonly name: string;
  readonly others: readonly string[];
  /** Names of what it lies in: one may type them behind its own. */
  readonly within?: readonly string[];
  /** Where names are equal, a country goes before a region, and a region before a town. */
  readonly kind?: "country" | "region" | "town";
};

/** What a text may mean, best first. */
export type Found<One> = {
  readonly found: readonly One[];
  /** One fits better than all others. */
  readonly isOne: boolean;
  /** Nothing is called so: what was found has a name that is nearly so. */
  readonly isNear: boolean;
};

type Indexed<One> = {
  readonly one: One;
  readonly index: number;
  /** Its name and the others, folded. */
  readonly names: readonly string[];
};

type Ranked<One> = Indexed<One> & { readonly rank: number };

const letters: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" },
  // Signs that stand inside of words.
  ...{ "'": "", "’": "", "‘": "", ʻ: "", ʼ: "", "`": "" },
};

/** Writes a name so that accents, signs, capital letters, "the" before it and the ways to write "Saint" make no difference. */
function folded(name: string): string {
  return name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı'’‘ʻʼ`]/gu, (letter) => letters[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replace(/^the /, "")
    .replaceAll(/\b(?:saint|sainte|sankt)\b/g, "st");
}

/**
 * Makes a function that finds what is called by a text, best first: whole names, then what begins so, then words of names, then parts
 * of words; of what is equal so, countries before regions before towns, and these in the order in which they are listed. A town is found by
 * its whole name, its beginning or its words. Behind the name may stand what it lies in, such as its country. Where nothing
 * is called so, it gives what differs by one letter.
 */
export function createFinder<One extends Named>(all: readonly One[]): (text: string) => Found<One> {
  const indexed = all.map((one, index) => ({ one, index, names: [one.name, ...one.others].map(folded) }));
  return (text) => {
    const wanted = folded(text);
    if (wanted === "") return { found: [], isOne: false, isNear: false };
    const called = rankedOf(wanted, indexed);
    const ranked = called.length > 0 ? called : rankedWithin(wanted, indexed);
    if (ranked.length > 0) {
      return { found: ranked.map(({ one }) => one), isOne: fitsOne(ranked), isNear: false };
    }
    return { found: nearOnes(text, indexed).map(({ one }) => one), isOne: false, isNear: true };
  };
}

const none = 9;
const wordOfName = 2;
const partOfWord = 3;
/** Where a part fits, the name that the map shows goes before others. */
const behind = 0.5;
/** Behind words of countries and regions: there are many towns. */
const townBegins = 2.7;

function rankedOf<One extends Named>(wanted: string, all: readonly Indexed<One>[]): readonly Ranked<One>[] {
  const ranked = all.flatMap((each) => {
    const ranks = each.names.map((name, at) =>
      rankOf(name, wanted, { isTown: each.one.kind === "town", isOther: at > 0 }),
    );
    const rank = Math.min(...ranks);
    return rank >= none ? [] : [{ ...each, rank }];
  });
  const sorted = ranked.toSorted((one, other) => one.rank - other.rank || inOrder(one, other));
  // What only has the text somewhere in it is meant where nothing else is.
  const isBetter = sorted[0] !== undefined && sorted[0].rank < partOfWord;
  return isBetter ? sorted.filter(({ rank }) => rank < partOfWord) : sorted;
}

function rankOf(name: string, wanted: string, { isTown, isOther }: { isTown: boolean; isOther: boolean }): number {
  if (!name.includes(wanted)) return none;
  if (name === wanted) return 0;
  const later = isOther ? behind : 0;
  if (name.startsWith(wanted)) return isTown ? townBegins : 1 + later;
  if (` ${name}`.includes(` ${wanted}`)) return isTown ? partOfWord + behind : wordOfName + later;
  return isTown ? none : partOfWord + later;
}

function inOrder<One extends Named>(one: Indexed<One>, other: Indexed<One>): number {
  const [first, second] = [orderOf(one.one), orderOf(other.one)];
  if (first !== second || first === orders.town) return first - second || one.index - other.index;
  return one.one.name.localeCompare(other.one.name);
}

const orders = { country: 0, region: 1, town: 2 } as const;

function orderOf({ kind = "country" }: Named): number {
  return orders[kind];
}

/** A whole name needs no other; a beginning no other country or region; words of a name are meant only where nothing else is. */
function fitsOne<One extends Named>(ranked: readonly Ranked<One>[]): boolean {
  const [best, next] = ranked;
  if (best === undefined) return false;
  if (next === undefined || best.rank === 0) return next?.rank !== best.rank;
  return best.rank < wordOfName ? next.rank > wordOfName + behind : best.rank < next.rank && next.rank >= partOfWord;
}

/** Finds what is called by the first words of a text and lies in what the last ones say, such as "bern switzerland". */
function rankedWithin<One extends Named>(wanted: string, all: readonly Indexed<One>[]): readonly Ranked<One>[] {
  const words = wanted.split(" ");
  for (let count = words.length - 1; count > 0; count -= 1) {
    const rest = words.slice(count).join(" ");
    const ranked = rankedOf(words.slice(0, count).join(" "), all).filter(
      ({ one, rank }) => rank < partOfWord && liesIn(rest, (one.within ?? []).map(folded)),
    );
    if (ranked.length > 0) return ranked;
  }
  return [];
}

function liesIn(rest: string, names: readonly string[]): boolean {
  return names.some(
    (name) => name.startsWith(rest) || (rest.startsWith(`${name} `) && liesIn(rest.slice(name.length + 1), names)),
  );
}

/** A name of so few letters has too many others near to it. */
const leastNearLetters = 5;

/** Finds what has nearly the name: what stands before a comma where that is known, or a name that differs by one letter. */
function nearOnes<One extends Named>(text: string, all: readonly Indexed<One>[]): readonly Indexed<One>[] {
  const [before = ""] = text.split(",");
  const wanted = folded(before);
  const whole = before === text || wanted === "" ? [] : rankedOf(wanted, all).filter(({ rank }) => rank < partOfWord);
  if (whole.length > 0) return whole;
  return all
    .filter(({ names }) => names.some((name) => name.length >= leastNearLetters && isOneLetterOff(name, wanted)))
    .toSorted(inOrder);
}

/** Tells whether two texts differ by one letter: another one, one more, one less, or two that changed places. */
function isOneLetterOff(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [rest, otherRest] = [one.slice(start), other.slice(start)];
  if (rest.length !== otherRest.length)
    return rest.length > otherRest.length ? rest.slice(1) === otherRest : rest === otherRest.slice(1);
  const isTurned = rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2);
  return rest.slice(1) === otherRest.slice(1) || isTurned;
}
