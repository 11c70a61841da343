import { sql } from "drizzle-orm";
import { build, type Statement } from "../statements.ts";
import type { Owner, Source } from "./search-conditions.ts";
import { type SearchPath, tableOf, withinSource } from "./search-jobs.ts";
import { onPage, type SearchPage, type SortValue, sortValues, tableAlong } from "./search-order.ts";
import { statementOf } from "./statement-of.ts";

// What a search asks before it reads jobs, to know how far it has to read.

/** Builds the query that counts the jobs to which a path leads, up to so many. */
export function countJobs(
  { owner }: SearchPage,
  path: SearchPath & { readonly kind: "text" | "range" },
  most: number,
): Statement {
  const found =
    path.kind === "text"
      ? sql`job_texts where job_texts match ${path.query}`
      : sql`${tableOf(path.source)} where ${sql.join([...withinSource(path.source, owner)], sql` and `)}`;
  return statementOf(
    build.select({ count: sql`count(*)`.as("count") }).from(sql`(select 1 from ${found} limit ${most})`),
  );
}

const numberFigures = {
  count: sql`count(*)`.as("count"),
  least: sql`min(number)`.as("least"),
  most: sql`max(number)`.as("most"),
};

/** Builds the query of the least and the greatest number in a range, of so many jobs at most. */
export function numbersOfRange(source: Source, owner: Owner, limit: number): Statement {
  const holds = sql.join([...withinSource(source, owner)], sql` and `);
  return statementOf(
    build.select(numberFigures).from(sql`(select number from ${tableOf(source)} where ${holds} limit ${limit})`),
  );
}

/** Builds the query of the least and the greatest number on a page, whatever its jobs are, of so many at most. */
export function numbersOnPage(page: SearchPage, value: SortValue, limit: number): Statement {
  const holds = onPage(page, value, sortValues[value].indexed);
  return statementOf(
    build.select(numberFigures).from(sql`(select number from ${tableAlong(value)} where ${holds} limit ${limit})`),
  );
}

/** Builds the query of the least and the greatest number of all indexed jobs. */
export function numbersOfAll(): Statement {
  return statementOf(
    build
      .select({
        least: sql`(select min(number) from job_index)`.as("least"),
        most: sql`(select max(number) from job_index)`.as("most"),
      })
      .from(sql`(select 1)`),
  );
}

/** Builds the query of the values that jobs are sorted by, in their order, from where the page begins; so many at most. */
export function valuesInOrder({ from, order }: SearchPage, value: SortValue, limit: number): Statement {
  const column = sql.raw(sortValues[value].indexed);
  const next = sql.raw(order.isDescending ? "max" : "min");
  const is = sql.raw(order.isDescending ? "<" : ">");
  const begin = from === undefined ? sql`true` : sql`${column} ${is}= ${from.value}`;
  const table = tableAlong(value);
  const values = sql`with recursive step(value) as (select ${next}(${column}) from ${table} where ${begin} union all select (select ${next}(${column}) from ${table} where ${column} ${is} step.value) from step where step.value is not null limit ${limit}) select value from step where value is not null`;
  return statementOf(build.select({ value: sql`value`.as("value") }).from(sql`(${values})`));
}
