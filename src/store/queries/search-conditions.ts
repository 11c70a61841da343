import { type SQL, sql } from "drizzle-orm";
import type { JobSearch } from "../../domain/job-search.ts";
import { durationClasses } from "../duration-classes.ts";
import { type FacetKind, facetOf } from "../job-index.ts";
import { storable } from "../statements.ts";

/** Whose jobs: null for those of anonymous users, undefined for everybody's. */
export type Owner = string | null | undefined;

/** An index of `job_index` that leads to the jobs of a range. */
export type Source = {
  readonly index: string;
  /** For each of these values the newest come first. */
  readonly keys?: { readonly column: string; readonly values: readonly number[] };
  /** What of the range is looked at in the index. */
  readonly within: SQL;
  /** Its order is that of the times of creation, not of acceptance: clocks may be set back. */
  readonly isByCreation: boolean;
};

/** One filter of a search. */
export type Condition = {
  /** Holds for a row of `job_index`. */
  readonly holds: SQL;
  /** Holds for a row of `jobs` that is not indexed. */
  readonly holdsUnindexed: SQL;
} & (
  | {
      /** Met by what the full-text index finds. */
      readonly kind: "text";
      readonly query: string;
      /** A row of `job_index` tells by itself; otherwise the full-text index is asked for each one, which takes long. */
      readonly isInRow: boolean;
    }
  | { readonly kind: "range"; readonly source: Source; readonly isInRow: true }
);

/** Words the filters of a search. */
export function conditionsOf(search: JobSearch, owner: Owner, now: number): readonly Condition[] {
  const { statuses, processIds, providerIds, tags = [], text } = search;
  return [
    ...(text === undefined ? [] : [said(text)]),
    ...(statuses === undefined ? [] : [listed("s", "status", statuses, owner)]),
    ...(processIds === undefined ? [] : [listed("p", "process_id", processIds, owner)]),
    ...(providerIds === undefined ? [] : [listed("r", "provider_id", providerIds, owner)]),
    ...createdBetween(search, owner),
    ...lastingBetween(search, owner, now),
    ...tags.map((tag) => tagged(tag, owner)),
  ];
}

/** Holds for the jobs of an owner: one condition for each table. */
export function ownedBy(owner: Owner): { readonly holds: readonly SQL[]; readonly holdsUnindexed: readonly SQL[] } {
  if (owner === undefined) return { holds: [], holdsUnindexed: [] };
  return { holds: [sql`user = ${owner ?? ""}`], holdsUnindexed: [sql`user is ${owner}`] };
}

/** Words what the full-text index is asked for: all that it can tell of a search. */
export function textQuery(conditions: readonly Condition[], owner: Owner): string {
  const queries = conditions.flatMap((condition) => (condition.kind === "text" ? [condition.query] : []));
  const isOwned = owner === undefined || queries.some((query) => query.startsWith("{facets}"));
  return [...queries, ...(isOwned ? [] : [facetQuery([facetOf(owner)])])].join(" AND ");
}

/** Words what finds those that have a facet, too. */
export function queryWithFacet(query: string, facet: string): string {
  return `${query} AND ${facetQuery([facet])}`;
}

/** A list must not be empty: no job has the facet "none". */
function facetQuery(facets: readonly string[]): string {
  return `{facets} : ${joined(facets.length === 0 ? ["none"] : facets, "OR")}`;
}

function joined(words: readonly string[], operator: "AND" | "OR"): string {
  return `(${[...new Set(words)].map((word) => `"${storable(word).replaceAll('"', '""')}"`).join(` ${operator} `)})`;
}

/** Nothing is said of a job in words before it is indexed. */
function said(text: NonNullable<JobSearch["text"]>): Condition {
  const query = `{words} : (${text.map((words) => joined(words, "AND")).join(" OR ")})`;
  return { kind: "text", isInRow: false, query, holds: holdsInText(query), holdsUnindexed: sql`false` };
}

function holdsInText(query: string): SQL {
  return sql`exists (select 1 from job_texts where job_texts match ${query} and job_texts.rowid = -number)`;
}

function listed(kind: FacetKind, column: string, values: readonly (string | null)[], owner: Owner): Condition {
  const isListed = (inColumn: SQL) => {
    const [only = "", ...more] = values.map((value) => value ?? "");
    if (values.length === 1) return sql`${inColumn} = ${only}`;
    const all = JSON.stringify(values.length === 0 ? [] : [only, ...more]);
    return sql`${inColumn} in (select value from json_each(${all}))`;
  };
  return {
    kind: "text",
    isInRow: true,
    query: facetQuery(values.map((value) => facetOf(owner, kind, value))),
    holds: isListed(sql.raw(column)),
    holdsUnindexed: isListed(sql.raw(values.includes(null) ? `coalesce(${column}, '')` : column)),
  };
}

function tagged(tag: string, owner: Owner): Condition {
  const query = facetQuery([facetOf(owner, "t", tag)]);
  return {
    kind: "text",
    isInRow: false,
    query,
    holds: holdsInText(query),
    holdsUnindexed: sql`exists (select 1 from json_each(jobs.tags) as tag where tag.value = ${tag})`,
  };
}

function createdBetween({ createdFrom, createdTo }: JobSearch, owner: Owner): readonly Condition[] {
  if (createdFrom === undefined && createdTo === undefined) return [];
  const source = createdSource(createdFrom ?? 0, createdTo ?? Number.MAX_SAFE_INTEGER, owner);
  return [{ kind: "range", isInRow: true, holds: source.within, holdsUnindexed: source.within, source }];
}

/** The index of times of creation, from one to another, both included. */
export function createdSource(from: number, to: number, owner: Owner): Source {
  return {
    index: indexOf("created", owner),
    within: sql`created_at between ${from} and ${to}`,
    isByCreation: true,
  };
}

/** A job that runs has lasted until now; one that never started has no duration. */
function lastingBetween(search: JobSearch, owner: Owner, now: number): readonly Condition[] {
  const { minDurationSeconds: least, maxDurationSeconds: most } = search;
  if (least === undefined && most === undefined) return [];
  const ends = sql`${(least ?? 0) * 1000} and ${most === undefined ? Number.MAX_SAFE_INTEGER : most * 1000}`;
  const holds = sql`duration between ${ends}`;
  const keys = { column: "duration_class", values: durationClasses(least, most) };
  return [
    {
      kind: "range",
      isInRow: true,
      holds,
      holdsUnindexed: sql`coalesce(finished_at, ${now}) - started_at between ${ends}`,
      source: { index: indexOf("duration", owner), keys, within: holds, isByCreation: false },
    },
  ];
}

function indexOf(name: "created" | "duration", owner: Owner): string {
  return owner === undefined ? `job_index_${name}` : `job_index_user_${name}`;
}
