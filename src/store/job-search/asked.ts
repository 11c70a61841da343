import { type SQL, sql } from "drizzle-orm";
import type { JobSearch } from "../../domain/job-search.ts";
import { type DurationRange, durationRange } from "../job-index/columns.ts";
import { type Facet, facetTerm, wordTerm } from "../job-index/terms.ts";
import { wordsAsked } from "../job-index/words.ts";

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
  readonly unindexed?: readonly SQL[];
};

export type Alternatives = readonly (readonly string[])[];

/** Words a search for the job index, and for the jobs that are not in it. `now`: milliseconds since 1970. */
export function askedOf(search: JobSearch, owner: Owner, now: number): Asked {
  const { statuses, processIds, providerIds, tags = [], text } = search;
  const conditions = [
    ...(owner === undefined ? [] : [owned(owner)]),
    ...(processIds === undefined ? [] : [listed("process", "process_id", processIds)]),
    ...(providerIds === undefined ? [] : [listed("provider", "provider_id", providerIds)]),
    ...(statuses === undefined ? [] : [listed("status", "status", statuses)]),
    ...tags.map(tagged),
  ];
  const created = createdBetween(search);
  const duration = lastingBetween(search, now);
  const unindexed = [...conditions, created, duration].flatMap((condition) => condition.unindexed);
  return {
    ...created.asked,
    ...duration.asked,
    sets: [...conditions.map(({ alternatives }) => alternatives), ...(text === undefined ? [] : [said(text)])],
    // Nothing is said of a job in words before it is indexed.
    ...(text === undefined ? { unindexed } : {}),
  };
}

/** Tells whether every job is asked for. */
export function isEverything({ unindexed }: Asked): boolean {
  return unindexed?.length === 0;
}

type Condition = { readonly alternatives: Alternatives; readonly unindexed: SQL };

function owned(owner: string | null): Condition {
  return { alternatives: [[facetTerm("user", owner)]], unindexed: sql`user is ${owner}` };
}

function listed(facet: Facet, column: string, values: readonly (string | null)[]): Condition {
  const inColumn = sql.raw(values.includes(null) ? `coalesce(${column}, '')` : column);
  const wanted = JSON.stringify(values.map((value) => value ?? ""));
  return {
    alternatives: [...new Set(values)].map((value) => [facetTerm(facet, value)]),
    unindexed: sql`${inColumn} in (select value from json_each(${wanted}))`,
  };
}

function tagged(tag: string): Condition {
  return {
    alternatives: [[facetTerm("tag", tag)]],
    unindexed: sql`exists (select 1 from json_each(jobs.tags) as tag where tag.value = ${tag})`,
  };
}

function said(text: NonNullable<JobSearch["text"]>): Alternatives {
  const alternatives = text.map((asked) => asked.map(wordsAsked));
  // What is no word at all, such as a sign, is said of no job.
  const sayable = alternatives.filter((words) => words.every((one) => one.length > 0));
  return sayable.map((words) => [...new Set(words.flat())].map(wordTerm));
}

type Ranged = { readonly asked: Pick<Asked, "created" | "duration">; readonly unindexed: readonly SQL[] };

function createdBetween({ createdFrom, createdTo }: JobSearch): Ranged {
  if (createdFrom === undefined && createdTo === undefined) return { asked: {}, unindexed: [] };
  const created = { least: createdFrom ?? 0, most: createdTo ?? Number.MAX_SAFE_INTEGER };
  return { asked: { created }, unindexed: [sql`created_at between ${created.least} and ${created.most}`] };
}

/** A job that runs has lasted until now; one that never started has no duration. */
function lastingBetween(search: JobSearch, now: number): Ranged {
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  if (least === undefined && most === undefined) return { asked: {}, unindexed: [] };
  const ends = sql`${(least ?? 0) * 1000} and ${most === undefined ? Number.MAX_SAFE_INTEGER : most * 1000}`;
  return {
    asked: { duration: durationRange(least, most) },
    unindexed: [sql`coalesce(finished_at, ${now}) - started_at between ${ends}`],
  };
}
