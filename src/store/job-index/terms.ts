import { storable } from "../statements.ts";

// A term is what a set of jobs has in common.

/** The term of all jobs that are indexed. */
export const everyJob = "a";

/** What a job has one of, or, of tags, any number. */
export type Facet = "status" | "process" | "provider" | "user" | "tag";

const letters = { status: "s", process: "p", provider: "r", user: "u", tag: "t" } as const satisfies Record<
  Facet,
  string
>;

/** Words the term of a facet; null stands for no provider, and for an anonymous user. */
export function facetTerm(facet: Facet, value: string | null): string {
  return letters[facet] + storable(value ?? "");
}

const wordLetter = "w";

/** Words the term of a word. */
export function wordTerm(word: string): string {
  return wordLetter + word;
}

/** Gives the word whose term it is; undefined for terms of other kinds. */
export function wordOfTerm(term: string): string | undefined {
  return term.startsWith(wordLetter) ? term.slice(wordLetter.length) : undefined;
}
