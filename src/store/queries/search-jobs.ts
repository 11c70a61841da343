import { type SQL, sql } from "drizzle-orm";
import type { JobOrder } from "../../domain/job-sort.ts";
import { jobs } from "../schema/jobs.ts";
import { build, type Statement } from "../statements.ts";
import { type Condition, type Owner, ownedBy, type Source } from "./search-conditions.ts";
import { all, inOrder, onPage, type SearchPage, type SortValue, sortValues, tableAlong } from "./search-order.ts";
import { statementOf } from "./statement-of.ts";

/** Numbers of jobs, both ends included. */
export type NumberRange = { readonly least: number; readonly most: number };

/** How the indexed jobs of a search are found; `others` are the conditions that are then looked at in their rows, all of them where none is named. */
export type SearchPath =
  /** There is no condition and no owner: also for jobs that are not indexed. */
  | { readonly kind: "all" }
  /** By the full-text index; those of some numbers only. */
  | TextPath
  /** By the full-text index, those of some values that they are sorted by. */
  | { readonly kind: "groups"; readonly groups: readonly { readonly value: string; readonly query: string }[] }
  /** By an index of one range. */
  | { readonly kind: "range"; readonly source: Source; readonly others: readonly Condition[] }
  /** Along the order's own index, so many jobs at most. */
  | { readonly kind: "walk"; readonly most: number }
  /** Row by row. */
  | { readonly kind: "scan" };

export type TextPath = {
  readonly kind: "text";
  readonly query: string;
  readonly others: readonly Condition[];
  readonly numbers?: NumberRange;
  /** Only among so many that text finds, onward from the number where the page begins. */
  readonly sample?: number;
};

/** Tells what the jobs of a page are sorted by. */
export function sortValueOf({ key }: JobOrder, path: SearchPath): SortValue {
  if (key !== "created") return key;
  return path.kind === "range" && path.source.isByCreation && path.others.length === 0 ? "creation" : "acceptance";
}

/**
 * Builds the query of one page: its jobs are found by number, among the indexed ones and those that are not indexed yet,
 * and only they are read. `conditions` are all of the search.
 */
export function searchJobs(page: SearchPage, path: SearchPath, conditions: readonly Condition[]): Statement {
  const value = sortValueOf(page.order, path);
  const parts = partsOf(page, path, conditions, value).map((part) => sql`select * from (${part})`);
  // Of a walk all that was found is given: whether it was far enough shows in how many of them are indexed.
  const most = path.kind === "walk" ? page.limit * 2 : page.limit;
  const found = sql`select number from (${sql.join(parts, sql` union all `)}) order by ${inOrder(page.order, sql`value`)} limit ${most}`;
  const query = build
    .select()
    .from(jobs)
    .where(sql`number in (${found})`)
    .orderBy(inOrder(page.order, sql.raw(sortValues[value].plain)));
  return statementOf(query);
}

function partsOf(
  page: SearchPage,
  path: SearchPath,
  conditions: readonly Condition[],
  value: SortValue,
): readonly SQL[] {
  switch (path.kind) {
    case "all":
      return [part(page, sql`jobs`, [], value, "plain")];
    case "text":
      return [ofText(page, path, value), unindexed(page, conditions, value)];
    case "groups":
      return [...path.groups.map((group) => ofGroup(page, group)), unindexed(page, conditions, value)];
    case "range":
      return [ofRange(page, path.source, path.others.map(inIndex), value), unindexed(page, conditions, value)];
    case "walk":
      return [alongIndex(page, path.most, conditions.map(inIndex), value), unindexed(page, conditions, value)];
    case "scan": {
      const holds = [...ownedBy(page.owner).holds, ...conditions.map(inIndex)];
      return [rowByRow(page, holds, value), unindexed(page, conditions, value)];
    }
    default:
      return path satisfies never;
  }
}

function inIndex(condition: Condition): SQL {
  return condition.holds;
}

/** Few jobs: they run or wait, or ended just now. */
function unindexed(page: SearchPage, conditions: readonly Condition[], value: SortValue): SQL {
  const holds = conditions.map((condition) => condition.holdsUnindexed);
  const isIncluded = [sql`is_indexed = 0`, ...ownedBy(page.owner).holdsUnindexed, ...holds];
  return part(page, sql`jobs indexed by jobs_not_indexed`, isIncluded, value, "plain");
}

/** The full-text index knows a job by the negative of its number, and skips ahead both ways. */
function ofText(page: SearchPage, { query, others, numbers, sample }: TextPath, value: SortValue): SQL {
  const { order, limit } = page;
  const conditions = [sql`job_texts match ${query}`, ...others.map(inIndex)];
  const joined = sql`job_texts cross join job_index on number = -job_texts.rowid`;
  if (value === "acceptance" && numbers === undefined) {
    const table = others.length === 0 ? sql`job_texts` : joined;
    const holds = all([...conditions, ...numbersBehind(page)]);
    return sql`select -job_texts.rowid as number, -job_texts.rowid as value from ${table} where ${holds} ${inTextOrder(order, limit)}`;
  }
  const sorted = sortValues[value].indexed;
  if (sample !== undefined) {
    const first = sql`select job_texts.rowid as at from job_texts where ${all([sql`job_texts match ${query}`, ...numbersBehind(page)])} ${inTextOrder(order, sample)}`;
    return part(page, sql`(${first}) cross join job_index on number = -at`, others.map(inIndex), value, "indexed");
  }
  const within = numbers === undefined ? [] : [rowid(">=", -numbers.most), rowid("<=", -numbers.least)];
  // From one row of job_index to the next one is a shorter way than to any other: in rising order this takes half the time.
  const found = sql`select number, ${sql.raw(sorted)} as value from ${joined} where ${all([...conditions, ...within, onPage(page, value, sorted)])} order by job_texts.rowid desc limit -1`;
  return sql`select * from (${found}) order by ${inOrder(order, sql`value`)} limit ${limit}`;
}

/** The jobs of one value that others are sorted by lie in the order of their numbers. */
function ofGroup(page: SearchPage, { value, query }: { readonly value: string; readonly query: string }): SQL {
  const bound = page.from?.value === value ? numbersBehind(page) : [];
  return sql`select -job_texts.rowid as number, ${value} as value from job_texts where ${all([sql`job_texts match ${query}`, ...bound])} ${inTextOrder(page.order, page.limit)}`;
}

function inTextOrder({ isDescending }: JobOrder, limit: number): SQL {
  return sql`order by job_texts.rowid ${sql.raw(isDescending ? "asc" : "desc")} limit ${limit}`;
}

function numbersBehind({ from, order }: SearchPage): readonly SQL[] {
  return from === undefined ? [] : [rowid(order.isDescending ? ">" : "<", -from.number)];
}

/** FTS5 takes no bound that is not an integer, and the driver's numbers are not. */
function rowid(comparison: "<" | "<=" | ">" | ">=", bound: number): SQL {
  return sql`job_texts.rowid ${sql.raw(comparison)} cast(${bound} as integer)`;
}

/** Of lists that are each in order, the first of all are among the first of each. In any other order all of them count. */
function ofRange(page: SearchPage, source: Source, others: readonly SQL[], value: SortValue): SQL {
  const within = (key?: SQL) => [...withinSource(source, page.owner, key), ...others];
  if (source.keys === undefined || value !== "acceptance")
    return part(page, tableOf(source), within(), value, "indexed");
  const ofKey = part(page, tableOf(source), within(sql`key.value`), value, "indexed");
  const each = sql`json_each((select json_group_array(number) from (${ofKey})))`;
  return sql`select one.value as number, one.value as value from ${keysOf(source.keys.values)} as key cross join ${each} as one`;
}

function alongIndex(page: SearchPage, most: number, others: readonly SQL[], value: SortValue): SQL {
  const { indexed } = sortValues[value];
  const along = sql`select * from ${tableAlong(value)} where ${onPage(page, value, indexed)} order by ${inOrder(page.order, sql.raw(indexed))} limit ${most}`;
  return part(page, sql`(${along})`, [...ownedBy(page.owner).holds, ...others], value, "indexed");
}

/** What is read first sorts first where both orders agree, and then little of the rest has to be sorted in. */
function rowByRow(page: SearchPage, holds: readonly SQL[], value: SortValue): SQL {
  const { indexed } = sortValues[value];
  if (value === "acceptance") return part(page, sql`job_index not indexed`, holds, value, "indexed");
  const direction = sql.raw(page.order.isDescending ? "desc" : "asc");
  const found = sql`select number, ${sql.raw(indexed)} as value from job_index not indexed where ${all([...holds, onPage(page, value, indexed)])} order by number ${direction} limit -1`;
  return sql`select * from (${found}) order by ${inOrder(page.order, sql`value`)} limit ${page.limit}`;
}

/** The index that leads to a range. */
export function tableOf({ index }: Source): SQL {
  return sql`job_index indexed by ${sql.raw(index)}`;
}

/** Holds for the jobs of a range, or of one of its keys. */
export function withinSource({ keys, within }: Source, owner: Owner, key?: SQL): readonly SQL[] {
  const isKey =
    keys === undefined
      ? []
      : [
          sql`${sql.raw(keys.column)} ${key === undefined ? sql`in (select value from ${keysOf(keys.values)})` : sql`= ${key}`}`,
        ];
  return [...isKey, ...ownedBy(owner).holds, within];
}

function keysOf(values: readonly number[]): SQL {
  return sql`json_each(${JSON.stringify(values)})`;
}

/** The first numbers of a table, with what they are sorted by. */
function part(
  page: SearchPage,
  table: SQL,
  conditions: readonly SQL[],
  value: SortValue,
  form: "indexed" | "plain",
): SQL {
  const sorted = sortValues[value][form];
  const holds = all([...conditions, onPage(page, value, sorted)]);
  return sql`select number, ${sql.raw(sorted)} as value from ${table} where ${holds} order by ${inOrder(page.order, sql.raw(sorted))} limit ${page.limit}`;
}
