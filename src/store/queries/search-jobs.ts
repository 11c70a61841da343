import { type SQL, sql } from "drizzle-orm";
import type { JobOrder, SortKey } from "../../domain/job-sort.ts";
import { jobs } from "../schema.ts";
import { type Argument, build, type Statement } from "../statements.ts";
import { type Condition, type Owner, ownedBy, type Source } from "./search-conditions.ts";

/** Where a job stands in an order: by the value that the jobs are sorted by, then by its number. */
export type JobPosition = { readonly value: string | number; readonly number: number };

export type SearchPage = {
  readonly owner: Owner;
  readonly order: JobOrder;
  readonly limit: number;
  /** The page begins behind it. */
  readonly from?: JobPosition;
};

/** How the indexed jobs of a search are found; `others` are the conditions that are then looked at in their rows, all of them where none is named. */
export type SearchPath =
  /** There is no condition and no owner: also for jobs that are not indexed. */
  | { readonly kind: "all" }
  /** By the full-text index. */
  | { readonly kind: "text"; readonly query: string; readonly others: readonly Condition[] }
  /** By an index of one range. */
  | { readonly kind: "range"; readonly source: Source; readonly others: readonly Condition[] }
  /** Along the order's own index, so many jobs at most; how then, when these were too few. */
  | { readonly kind: "walk"; readonly most: number; readonly otherwise?: SearchPath }
  /** Row by row. */
  | { readonly kind: "scan" };

/** What jobs are sorted by. `acceptance` is their number; `creation` nearly the same, where an index of times leads. */
export type SortValue = Exclude<SortKey, "created"> | "acceptance" | "creation";

/** As they stand in `job_index`, each with an index of its own; and as they are made of a row of `jobs`. */
const sortValues: Readonly<
  Record<SortValue, { readonly indexed: string; readonly index?: string; readonly plain: string }>
> = {
  acceptance: { indexed: "number", plain: "number" },
  creation: { indexed: "created_at", plain: "created_at" },
  finished: { indexed: "finished_at", index: "job_index_finished", plain: "coalesce(finished_at, -1)" },
  status: { indexed: "status", index: "job_index_status", plain: "status" },
  processID: { indexed: "process_id", index: "job_index_process", plain: "process_id" },
  provider: { indexed: "provider_id", index: "job_index_provider", plain: "coalesce(provider_id, '')" },
  user: { indexed: "user", index: "job_index_user", plain: "coalesce(user, '')" },
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

/** Builds the query that counts the jobs to which a path leads, up to so many. */
export function countJobs(
  page: SearchPage,
  path: SearchPath & { readonly kind: "text" | "range" },
  most: number,
): Statement {
  const found =
    path.kind === "text"
      ? sql`job_texts where job_texts match ${path.query}`
      : sql`${tableOf(path.source)} where ${all(withinSource(path.source, page.owner))}`;
  return statementOf(
    build.select({ count: sql`count(*)`.as("count") }).from(sql`(select 1 from ${found} limit ${most})`),
  );
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
    case "range":
      return [ofRange(page, path.source, path.others.map(inIndex), value), unindexed(page, conditions, value)];
    case "walk":
      return [alongIndex(page, path.most, conditions.map(inIndex), value), unindexed(page, conditions, value)];
    case "scan": {
      const holds = [...ownedBy(page.owner).holds, ...conditions.map(inIndex)];
      return [part(page, sql`job_index not indexed`, holds, value, "indexed"), unindexed(page, conditions, value)];
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
function ofText(page: SearchPage, path: SearchPath & { readonly kind: "text" }, value: SortValue): SQL {
  const conditions = [sql`job_texts match ${path.query}`, ...path.others.map(inIndex)];
  const joined = sql`job_texts cross join job_index on number = -job_texts.rowid`;
  if (value !== "acceptance") return part(page, joined, conditions, value, "indexed");
  const { from, order, limit } = page;
  const table = path.others.length === 0 ? sql`job_texts` : joined;
  // FTS5 takes no bound that is not an integer, and the driver's numbers are not.
  const behindFrom =
    from === undefined
      ? []
      : [sql`job_texts.rowid ${sql.raw(order.isDescending ? ">" : "<")} cast(${-from.number} as integer)`];
  const direction = sql.raw(order.isDescending ? "asc" : "desc");
  return sql`select -job_texts.rowid as number, -job_texts.rowid as value from ${table} where ${all([...conditions, ...behindFrom])} order by job_texts.rowid ${direction} limit ${limit}`;
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
  const { indexed, index } = sortValues[value];
  const table = index === undefined ? sql`job_index not indexed` : sql`job_index indexed by ${sql.raw(index)}`;
  const along = sql`select * from ${table} where ${behind(page, value, indexed)} order by ${inOrder(page.order, sql.raw(indexed))} limit ${most}`;
  return part(page, sql`(${along})`, [...ownedBy(page.owner).holds, ...others], value, "indexed");
}

function tableOf({ index }: Source): SQL {
  return sql`job_index indexed by ${sql.raw(index)}`;
}

function withinSource({ keys, within }: Source, owner: Owner, key?: SQL): readonly SQL[] {
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
  const holds = all([...conditions, behind(page, value, sorted)]);
  return sql`select number, ${sql.raw(sorted)} as value from ${table} where ${holds} order by ${inOrder(page.order, sql.raw(sorted))} limit ${page.limit}`;
}

/** Holds for what comes after the page's beginning. */
function behind({ from, order }: SearchPage, value: SortValue, sorted: string): SQL {
  if (from === undefined) return sql`true`;
  if (value === "acceptance") return sql`number ${comparison(order)} ${from.number}`;
  return sql`(${sql.raw(sorted)}, number) ${comparison(order)} (${from.value}, ${from.number})`;
}

function all(conditions: readonly SQL[]): SQL {
  return sql.join([...conditions], sql` and `);
}

function comparison({ isDescending }: JobOrder): SQL {
  return isDescending ? sql`<` : sql`>`;
}

function direction({ isDescending }: JobOrder): SQL {
  return isDescending ? sql`desc` : sql`asc`;
}

function inOrder(order: JobOrder, value: SQL): SQL {
  return sql`${value} ${direction(order)}, number ${direction(order)}`;
}

function statementOf(query: { toSQL(): { readonly sql: string; readonly params: readonly unknown[] } }): Statement {
  const { sql: text, params } = query.toSQL();
  return { sql: text, args: params.map(asArgument) };
}

function asArgument(param: unknown): Argument {
  if (typeof param === "string" || typeof param === "number" || param === null) return param;
  throw new TypeError("Cannot search: an argument is neither text nor number");
}
