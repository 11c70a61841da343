import type { JobSearch } from "../../domain/jobs/job-search.ts";
import { readJobId, shortId } from "../../domain/jobs/short-id.ts";
import { storable } from "../database/statements.ts";
import { wordsToFind } from "./words.ts";

/** Whose jobs: null for those of anonymous users, undefined for everybody's. */
export type Owner = string | null | undefined;

/** What a list wants of each job, as arguments of its statements: null where it wants nothing. Lists are JSON arrays. */
export type Question = {
  /** Empty for anonymous users. */
  readonly user: string | null;
  readonly processes: string | null;
  /** An empty text stands for this service. */
  readonly providers: string | null;
  readonly statuses: string | null;
  readonly tags: string | null;
  /** The first two of the tags, and a list of all others. */
  readonly firstTag: string | null;
  readonly secondTag: string | null;
  readonly moreTags: string | null;
  /** A query of the full-text index. */
  readonly words: string | null;
  /** Ids of jobs, whole or shortened, that are looked for by themselves. */
  readonly ids: string | null;
  /** Milliseconds since 1970, both included. */
  readonly leastCreated: number | null;
  readonly mostCreated: number;
  /** Milliseconds. */
  readonly leastDuration: number | null;
  readonly mostDuration: number;
  /** 1 where only jobs that are kept for good are wanted, or only others. */
  readonly kept: 1 | null;
  readonly notKept: 1 | null;
};

/** Words a search as arguments; undefined when no job can meet it. */
export function questionOf(search: JobSearch, owner: Owner): Question | undefined {
  const { statuses, processIds, providerIds, createdFrom, createdTo } = search;
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  const tags = [...new Set(search.tags?.map(storable))];
  const [firstTag = null, secondTag = null, ...moreTags] = tags;
  const words = search.text === undefined ? null : queryOfWords(search.text);
  if (words === "" || [statuses, processIds, providerIds].some((list) => list?.length === 0)) return undefined;
  return {
    user: owner === undefined ? null : storable(owner ?? ""),
    processes: jsonList(processIds),
    providers: jsonList(providerIds?.map((id) => id ?? "")),
    statuses: jsonList(statuses),
    tags: tags.length === 0 ? null : JSON.stringify(tags),
    firstTag,
    secondTag,
    moreTags: moreTags.length === 0 ? null : JSON.stringify(moreTags),
    words,
    ids: jsonList(search.text?.flatMap(([word = "", ...others]) => (others.length > 0 ? [] : (readJobId(word) ?? [])))),
    leastCreated: createdFrom === undefined && createdTo === undefined ? null : (createdFrom ?? 0),
    mostCreated: createdTo ?? Number.MAX_SAFE_INTEGER,
    leastDuration: least === undefined && most === undefined ? null : (least ?? 0) * 1000,
    mostDuration: most === undefined ? Number.MAX_SAFE_INTEGER : most * 1000,
    kept: search.isKept === true ? 1 : null,
    notKept: search.isKept === false ? 1 : null,
  };
}

/**
 * Tells whether words must occur together. FTS5 goes on until it finds a job that says both, however far behind the
 * numbers that are looked at: what is looked at must begin near the end, and grow fast.
 */
export function wantsWordsTogether({ words }: Question): boolean {
  return words?.includes('" AND "') === true;
}

/** Tells whether every job is wanted. */
export function isEverything(question: Question): boolean {
  const { user, processes, providers, statuses, tags, words, leastCreated, leastDuration, kept, notKept } = question;
  const wanted = [user, processes, providers, statuses, tags, words, leastCreated, leastDuration, kept, notKept];
  return wanted.every((one) => one === null);
}

function jsonList(values: readonly string[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify([...new Set(values.map(storable))]);
}

/** Gives the words that are looked for: all of an alternative. What is no word at all, such as a sign, no job says. */
export function alternativesOf(text: JobSearch["text"]): readonly (readonly string[])[] {
  const alternatives = (text ?? []).flatMap(withShortIds).map((alternative) => alternative.map(wordsToFind));
  return alternatives
    .filter((words) => words.length > 0 && words.every((one) => one.length > 0))
    .map((words) => [...new Set(words.flat())]);
}

/** A job is said to be by its shortened id, which is enough of it: the whole one may also be named by what is said of another job. */
function withShortIds(alternative: readonly string[]): readonly (readonly string[])[] {
  const shortened = alternative.map((word) => {
    const id = readJobId(word);
    return id === undefined ? word : shortId(id);
  });
  return shortened.every((word, at) => word === alternative[at]) ? [alternative] : [alternative, shortened];
}

/** Empty when nothing can be found. */
function queryOfWords(text: JobSearch["text"]): string {
  return alternativesOf(text)
    .map((words) => `(${words.map((word) => `"${word}"`).join(" AND ")})`)
    .join(" OR ");
}
