import type { JobSearch } from "../../domain/job-search.ts";
import { type DurationRange, durationRange } from "../job-index/durations.ts";
import { type Facet, facetTerm, wordTerm } from "../job-index/terms.ts";
import { wordsAsked } from "../job-index/words.ts";
import type { AskedOfUnindexed } from "../queries/search-jobs.ts";

/** Whose jobs: null for those of anonymous users, undefined for everybody's. */
export type Owner = string | null | undefined;

/** What a search asks of each job. */
export type Asked = {
  /** In each of them there must be an alternative all terms of which the job has; those that cost least stand first. */
  readonly sets: readonly Alternatives[];
  /** Milliseconds since 1970, both included. */
  readonly created?: { readonly least: number; readonly most: number };
  readonly duration?: DurationRange;
  /** The same for a row of `jobs` that is not indexed; absent where none of them can be found. */
  readonly unindexed?: AskedOfUnindexed;
};

export type Alternatives = readonly (readonly string[])[];

/** Words a search for the job index, and for the jobs that are not in it. `now`: milliseconds since 1970. */
export function askedOf(search: JobSearch, owner: Owner, now: number): Asked {
  const { statuses, processIds, providerIds, tags = [], text } = search;
  const created = createdBetween(search);
  const lasting = lastingBetween(search);
  return {
    sets: [
      ...(owner === undefined ? [] : [oneOf("user", [owner])]),
      ...(processIds === undefined ? [] : [oneOf("process", processIds)]),
      ...(providerIds === undefined ? [] : [oneOf("provider", providerIds)]),
      ...(statuses === undefined ? [] : [oneOf("status", statuses)]),
      ...tags.map((tag) => oneOf("tag", [tag])),
      ...(text === undefined ? [] : [said(text)]),
    ],
    ...(created === undefined ? {} : { created }),
    ...(lasting === undefined ? {} : { duration: durationRange(lasting.least, lasting.most) }),
    // Nothing is said of a job in words before it is indexed.
    ...(text === undefined ? { unindexed: unindexedIn(search, owner, now) } : {}),
  };
}

function unindexedIn(search: JobSearch, owner: Owner, now: number): AskedOfUnindexed {
  const { statuses, processIds, providerIds, tags } = search;
  const listOf = (values: readonly (string | null)[] | undefined) =>
    values === undefined ? null : JSON.stringify(values.map((value) => value ?? ""));
  const created = createdBetween(search) ?? { least: 0, most: Number.MAX_SAFE_INTEGER };
  const lasting = lastingBetween(search);
  return {
    hasUser: owner === undefined ? 0 : 1,
    user: owner ?? null,
    processes: listOf(processIds),
    providers: listOf(providerIds),
    statuses: listOf(statuses),
    tags: listOf(tags),
    leastCreated: created.least,
    mostCreated: created.most,
    leastDuration: lasting === undefined ? null : (lasting.least ?? 0) * 1000,
    mostDuration: lasting?.most === undefined ? Number.MAX_SAFE_INTEGER : lasting.most * 1000,
    now,
  };
}

/** Tells whether every job is asked for. */
export function isEverything({ sets, created, duration }: Asked): boolean {
  return sets.length === 0 && created === undefined && duration === undefined;
}

function oneOf(facet: Facet, values: readonly (string | null)[]): Alternatives {
  return [...new Set(values)].map((value) => [facetTerm(facet, value)]);
}

function said(text: NonNullable<JobSearch["text"]>): Alternatives {
  const alternatives = text.map((asked) => asked.map(wordsAsked));
  // What is no word at all, such as a sign, is said of no job.
  const sayable = alternatives.filter((words) => words.every((one) => one.length > 0));
  return sayable.map((words) => [...new Set(words.flat())].map(wordTerm));
}

function createdBetween({ createdFrom, createdTo }: JobSearch): { least: number; most: number } | undefined {
  if (createdFrom === undefined && createdTo === undefined) return undefined;
  return { least: createdFrom ?? 0, most: createdTo ?? Number.MAX_SAFE_INTEGER };
}

function lastingBetween(search: JobSearch): { least: number | undefined; most: number | undefined } | undefined {
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  return least === undefined && most === undefined ? undefined : { least, most };
}
