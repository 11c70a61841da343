import { Problem } from "../problem.ts";
import { letterDistance, nearNames } from "../words/near-names.ts";
import type { Process } from "./process.ts";

/** Which processes a list shows. Every condition that is given must hold. */
export type ProcessSearch = {
  /** Folded texts that all stand among what a process says of itself: words, and keywords between their marks. */
  readonly needles: readonly string[];
  /** The registered provider whose server runs it. */
  readonly provider?: string;
  /** Whose it is. */
  readonly owner?: string;
};

/** What a process list can be sorted by. Processes of equal keys stand by id, in the same direction. */
export const processSortKeys = ["id", "title", "updated"] as const;
export type ProcessOrder = { readonly key: (typeof processSortKeys)[number]; readonly isDescending: boolean };

export const byId: ProcessOrder = { key: "id", isDescending: false };

/** What a process is found by. */
export type ProcessTexts = { readonly title: string; readonly text: string; readonly remoteUrl?: string };

/** No text of a process holds it: JSON texts that do are parted at it. */
const keywordMark = "\u{1}";
/** A description is searched as far as this, in characters. */
const maxCharacters = 20_000;
const maxNeedles = 32;

/** Returns what a process is found by and sorted by. */
export function processTexts({ id, description, definition }: Process): ProcessTexts {
  const { title, keywords = [] } = description;
  const parts = [...Object.entries(description.inputs), ...Object.entries(description.outputs)];
  const names = parts.flatMap(([name, part]) => [name, part.title ?? ""]);
  const abouts = parts.map(([, part]) => part.description ?? "");
  // Names first: a long text would leave no room for them.
  const words = [id, title ?? "", ...names, description.description ?? "", ...abouts]
    .join("\n")
    .slice(0, maxCharacters);
  const marked = keywords.map((one) => `${keywordMark}${folded(one)}${keywordMark}`).join("\n");
  return {
    title: folded(title ?? id),
    text: `${folded(words)}\n${marked}`,
    ...(definition.kind === "remote" ? { remoteUrl: definition.url } : {}),
  };
}

/** Reads the words and the keywords of a search. Throws `invalid-query-parameter-value` for too many. */
export function readNeedles(texts: readonly string[], keywords: readonly string[]): readonly string[] {
  const words = texts.flatMap(wordsIn);
  const marked = keywords.map((one) => `${keywordMark}${folded(one)}${keywordMark}`);
  const needles = [...new Set([...marked, ...words])];
  if (needles.length > maxNeedles) {
    throw wrongProcessQuery("q", `${needles.length} words and keywords`, `at most ${maxNeedles}`);
  }
  // The longest stands in the fewest texts, as a rule.
  return needles.toSorted((one, other) => other.length - one.length);
}

/** Tells a keyword of a search from its words. */
export function isOfKeyword(needle: string): boolean {
  return needle.startsWith(keywordMark);
}

/** Lists the words of a search, folded, each in its simple form: as it stands in texts of one thing as of many. */
function wordsIn(text: string): readonly string[] {
  const words = folded(text).split(/\s+/);
  return words
    .flatMap(partsOf)
    .map(singular)
    .filter((word) => word !== "");
}

/** A name such as cloud-mask is found where it is written in two words, too. */
function partsOf(word: string): readonly string[] {
  const parts = word.split(/[-_]/);
  return parts.every((part) => part.length >= 3) ? parts : [word];
}

/** Takes the ending of a plural away, of which the rest stands in texts as a part of a word: lakes, masses, properties. */
function singular(word: string): string {
  if (/^.{5,}ies$/.test(word)) return word.slice(0, -3);
  if (/^.{2,}(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /^.{2,}[^sui\W\d]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Tells whether texts of a process, such as another server lists it, hold all that is searched for. */
export function holdsNeedles(texts: readonly (string | undefined)[], needles: readonly string[]): boolean {
  if (needles.length === 0) return true;
  const text = searchedText(texts);
  return needles.every((needle) => text.includes(needle));
}

/** Joins what a process of another server says of itself, folded, as far as it is searched. */
export function searchedText(texts: readonly (string | undefined)[]): string {
  return folded(texts.join("\n").slice(0, maxCharacters));
}

/** What has some words of a search, with these, as they were typed. */
export type PartlyFitting<Item> = { readonly item: Item; readonly has: readonly string[] };

/**
 * Finds, for a search of several words that nothing has all of, what has some of them: the most words first, then the rarest, then
 * in the order that they came in. `textOf` gives the folded text of an item. Short words, such as "of", count only where all are short.
 */
export function partlyFitting<Item>(
  text: string,
  items: readonly Item[],
  textOf: (item: Item) => string,
): readonly PartlyFitting<Item>[] {
  const typed = [...new Set(text.split(/\s+/).filter((word) => word !== ""))];
  if (typed.length < 2) return [];
  const long = typed.filter((word) => word.length >= leastCompared);
  const words = (long.length === 0 ? typed : long).map((word) => ({ word, needles: wordsIn(word) }));
  const found = items.map((item) => {
    const itsText = textOf(item);
    const has = words.filter(({ needles }) => needles.every((needle) => itsText.includes(needle)));
    return { item, has: has.map(({ word }) => word) };
  });
  const counts = Map.groupBy(
    found.flatMap(({ has }) => has),
    (word) => word,
  );
  const rarity = (has: readonly string[]) =>
    has.reduce((sum, word) => sum + 1 / Math.max(1, counts.get(word)?.length ?? 1), 0);
  return found
    .filter(({ has }) => has.length > 0)
    .toSorted((one, other) => other.has.length - one.has.length || rarity(other.has) - rarity(one.has));
}

/** What a process may be meant by whose name was misspelt. */
export type NamedProcess = { readonly id: string; readonly title?: string; readonly keywords?: readonly string[] };

/** Of a long search the first words tell what was meant, and words such as "of" nothing. */
const mostCompared = 5;
const leastCompared = 3;
/** A shorter word is meant only when it is off by one letter. */
const leastOffByTwo = 6;

/**
 * Finds the processes that somebody may mean whose search found none, the nearest first: each word of the search begins a word of
 * their id, title or keywords, or is one but for a letter or two; else those with the most such words.
 */
export function nearestProcesses<Named extends NamedProcess>(
  text: string,
  processes: readonly Named[],
): readonly Named[] {
  const words = wordsIn(text);
  const long = words.filter((word) => word.length >= leastCompared);
  const typed = (long.length === 0 ? words : long).slice(0, mostCompared).map(nearnessTo);
  const found = processes.flatMap((process) => {
    const { id, title = "", keywords = [] } = process;
    const names = [...new Set(folded([id, title, ...keywords].join(" ")).split(/[^\p{L}\p{N}]+/u))];
    const offs = typed.flatMap((offOf) => nearest([folded(id), ...names].flatMap((name) => offOf(name) ?? [])));
    if (offs.length === 0) return [];
    return [{ process, missed: typed.length - offs.length, off: offs.reduce((sum, one) => sum + one, 0) }];
  });
  const least = Math.min(...found.map(({ missed }) => missed));
  return found
    .filter(({ missed }) => missed === least)
    .toSorted((one, other) => one.off - other.off)
    .map(({ process }) => process);
}

function nearest(offs: readonly number[]): readonly number[] {
  return offs.length === 0 ? [] : [Math.min(...offs)];
}

/** Tells how many letters a word is off from names; undefined of one that is not meant. Processes share many words: each is compared once. */
function nearnessTo(word: string): (name: string) => number | undefined {
  const known = new Map<string, number | undefined>();
  return (name) => {
    if (name.startsWith(word)) return 0;
    if (!known.has(name)) {
      const [near] = nearNames(word, [name]);
      const off = near === undefined ? undefined : letterDistance(word, near);
      known.set(name, off !== undefined && off > 1 && word.length < leastOffByTwo ? undefined : off);
    }
    return known.get(name);
  };
}

/** What a process is called: its title is folded, as a list of processes sorts by it. */
export type ProcessNames = { readonly id: string; readonly title?: string };

/**
 * Finds the processes that somebody may mean who typed a text: the one that has it as its id, else each whose id or title has all of
 * its words, or parts of words. Letters are the same with and without accents, large and small.
 */
export function meantProcesses(text: string, processes: readonly ProcessNames[]): readonly string[] {
  const exact = processes.filter(({ id }) => id === text.trim());
  if (exact.length > 0) return exact.map(({ id }) => id);
  const needles = wordsIn(text);
  const isMeant = ({ id, title = "" }: ProcessNames) => {
    const names = `${folded(id)}\n${title}`;
    return needles.every((needle) => names.includes(needle));
  };
  return processes.filter(isMeant).map(({ id }) => id);
}

/** Reads the order of a process list: `sortby=-updated`. Throws `invalid-query-parameter-value`. */
export function readProcessOrder(texts: readonly string[]): ProcessOrder {
  const [text, ...others] = texts;
  if (text === undefined) return byId;
  // A plus sign that was not escaped arrives as a space.
  const [, sign = "", word = ""] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  const key = processSortKeys.find((one) => one === word);
  if (key === undefined || others.length > 0) {
    const wanted = `one of ${processSortKeys.join(", ")}, with + or - before it`;
    throw wrongProcessQuery("sortby", texts.join(), wanted);
  }
  return { key, isDescending: sign === "-" };
}

/** Words a parameter of the process list that cannot be met. */
export function wrongProcessQuery(name: string, found: string, wanted: string): Problem {
  const detail = `Cannot list processes: found ${name} "${found.slice(0, 200)}", wanted ${wanted}`;
  return new Problem("invalid-query-parameter-value", detail);
}

/** Letters are the same with and without accents, large and small; marks part words, as NUL does, at which SQLite stops. */
function folded(text: string): string {
  const bare = text.toWellFormed().normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return bare.replaceAll("\0", " ").replaceAll(keywordMark, " ").trim();
}
