import { isOneLine } from "../words/text.ts";

/** What each job is tagged with by itself: where it runs, what it is, and how it was asked for. */
const ownTags: readonly string[] = ["local", "remote", "application", "workflow", "sync", "async"];

/** Lists the tags of a job that somebody gave it. */
export function givenTags(tags: readonly string[] = []): readonly string[] {
  return tags.filter((tag) => !ownTags.includes(tag));
}

/** So many tags a job may be given, each of so many characters. */
const mostTags = 100;
const longestTag = 200;

/** Lists the tags in a list of words, or in a text that separates them by commas; other values have none. */
export function tagsIn(given: unknown): readonly string[] {
  const words = typeof given === "string" ? given.split(",") : Array.isArray(given) ? given : [];
  return words.flatMap((word) => (typeof word === "string" && word.trim() !== "" ? [word.trim()] : []));
}

/** Says what is wrong with tags, as what was found and what was wanted; undefined where nothing is. */
export function wrongOfTags(tags: readonly string[]): string | undefined {
  const wanted = `wanted at most ${mostTags} tags, each one line of at most ${longestTag} characters`;
  if (tags.length > mostTags) return `found ${tags.length} tags, ${wanted}`;
  const wrong = tags.find((tag) => tag.length > longestTag || !isOneLine(tag));
  return wrong === undefined ? undefined : `found ${JSON.stringify(wrong.slice(0, 80))}, ${wanted}`;
}
