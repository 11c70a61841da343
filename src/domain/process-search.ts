import { Problem } from "./problem.ts";
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
  const words = [id, title ?? "", description.description ?? ""].join("\n").slice(0, maxCharacters);
  const marked = keywords.map((one) => `${keywordMark}${folded(one)}${keywordMark}`).join("\n");
  return {
    title: folded(title ?? id),
    text: `${folded(words)}\n${marked}`,
    ...(definition.kind === "remote" ? { remoteUrl: definition.url } : {}),
  };
}

/** Reads the words and the keywords of a search. Throws `invalid-query-parameter-value` for too many. */
export function readNeedles(texts: readonly string[], keywords: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => folded(text).split(/\s+/)).filter((word) => word !== "");
  const marked = keywords.map((one) => `${keywordMark}${folded(one)}${keywordMark}`);
  const needles = [...new Set([...marked, ...words])];
  if (needles.length > maxNeedles) {
    throw wrongProcessQuery("q", `${needles.length} words and keywords`, `at most ${maxNeedles}`);
  }
  // The longest stands in the fewest texts, as a rule.
  return needles.toSorted((one, other) => other.length - one.length);
}

/** Tells whether texts of a process, such as another server lists it, hold all that is searched for. */
export function holdsNeedles(texts: readonly (string | undefined)[], needles: readonly string[]): boolean {
  if (needles.length === 0) return true;
  const text = folded(texts.join("\n").slice(0, maxCharacters));
  return needles.every((needle) => text.includes(needle));
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
  const needles = folded(text).split(/\s+/);
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
