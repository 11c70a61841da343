import {
  type Column,
  type GetColumnData,
  getTableColumns,
  type InferSelectModel,
  type Query,
  type SQL,
  type SQLWrapper,
  sql,
  type Table,
} from "drizzle-orm";
import { drizzle } from "drizzle-orm/libsql/sqlite3";
import { Placeholder } from "drizzle-orm/sql";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import { type Row, type RowOf, rowReader } from "../rows.ts";

export type Argument = string | number | bigint | null | Uint8Array;

/** One SQL statement with its arguments in order, and what its rows hold. */
export type Statement<Selected = unknown> = {
  readonly sql: string;
  readonly args: readonly Argument[];
  /** Rows are as the driver gives them when it is absent. */
  readonly rowOf?: (row: Row) => Selected;
  /** Its text is one of a fixed number of texts, so that its prepared form is worth keeping. */
  readonly keep?: boolean;
};

export type StatementResult = {
  /** Rows changed; 0 for a statement that returns rows. */
  readonly rowsAffected: number;
  readonly rows: readonly Row[];
};

// Raw SQL says what the builder has no word for: INDEXED BY, CROSS JOIN and a unary + (what the planner must do), json_each,
// excluded, recursion, row values, JSON paths; and literals where a partial index must read them.

/** Drizzle's query builder without a database: what it builds is compiled once and runs elsewhere. */
export const build = drizzle.mock();

/** Stands for an argument of a compiled query. */
export function argument(name: string): SQL {
  return sql`${sql.placeholder(name)}`;
}

/** Selects a column from a source that is SQL, of whose columns the builder knows no types. */
export function column<C extends Column>(selected: C): SQL<GetColumnData<C>> {
  // Twice, or the builder would leave the table's name out.
  const fragment = sql<GetColumnData<C>>`${sql`${selected}`}`;
  fragment.mapWith(selected);
  return fragment;
}

/** Reads a number that SQL makes, which may be absent. */
export function numberOrNull(value: unknown): number | null {
  return Number(value);
}

/** The value of a column in the row that an ON CONFLICT kept from being inserted. */
export function excluded({ name }: Column): SQL {
  return sql.raw(`excluded.${name}`);
}

/** One member of an array that a json_each named `source` yields. */
export function member(source: string, position: number): SQL {
  return sql.raw(`${source}.value ->> ${position}`);
}

/** An argument for each column of a table. */
export type ArgumentsOf<T extends Table> = { readonly [Name in keyof InferSelectModel<T>]: Argument };

/** Stands for a whole row of a table: each column is an argument of the column's name. */
export function argumentsOf<T extends Table>(table: T): { readonly [Name in keyof InferSelectModel<T>]: SQL } {
  // Typed by the schema: Object.create gives an object of any shape.
  const columns = Object.create(Object.prototype);
  for (const name of Object.keys(getTableColumns(table))) columns[name] = argument(name);
  return columns;
}

/** The columns of a new row, each as SQL. */
export type ColumnsOf<T extends Table> = { readonly [Name in keyof InferSelectModel<T>]: SQL };

/**
 * Builds INSERT ... SELECT: one row for each row of the source that meets the condition. Without a source one row.
 * (The builder's own form wants an alias for each column, and a source that is a table.)
 */
export function insertFrom<T extends SQLiteTable>(
  table: T,
  columns: ColumnsOf<T>,
  options: { readonly source?: SQL; readonly where: SQL | undefined },
) {
  const names = Object.keys(getTableColumns(table));
  const named: Readonly<Record<string, SQL>> = columns;
  const values = sql.join(
    names.flatMap((name) => named[name] ?? []),
    sql`, `,
  );
  // The WHERE also keeps a following ON CONFLICT from being read as the ON of a join.
  return build
    .insert(table)
    .select(sql`select ${values} from ${options.source ?? sql`(select 1)`} where ${options.where ?? sql`true`}`);
}

/** Reads what a statement selected. Of one that was not compiled the rows are given as they are. */
export function rowsOf<Selected>(statement: Statement<Selected>, result?: StatementResult): readonly Selected[];
export function rowsOf({ rowOf }: Statement, result?: StatementResult): readonly unknown[] {
  const rows = result?.rows ?? [];
  return rowOf === undefined ? rows : rows.map((row) => rowOf(row));
}

/** A query of the builder. */
export type Buildable = { prepare(): { getQuery(): Query } };

type Values = Readonly<Record<string, Argument>>;

/**
 * Makes statements of a query, with these arguments: `compile<Arguments>()(query)`, whose rows are typed by the query.
 * It is built at its first use, so that neither the start pays for those that are not used nor a later request for building
 * it: then arguments are filled in by position. JSON values are given as text. Filling throws a TypeError when a named
 * argument is missing.
 */
export function compile<Arguments extends Values = Values>() {
  return <Built extends Buildable>(query: () => Built): ((values: Arguments) => Statement<RowOf<Built>>) => {
    let compiled: Compiled<RowOf<Built>> | undefined;
    return (values) => {
      compiled ??= compiledOf(query().prepare());
      const { text, order, rowOf } = compiled;
      const args: Argument[] = [];
      for (const one of order) {
        const value = "name" in one ? values[one.name] : one.constant;
        if (value === undefined) throw new TypeError(`Cannot fill a query: argument missing, in ${text}`);
        args.push(value);
      }
      return { sql: text, args, rowOf, keep: true };
    };
  };
}

type Compiled<Selected> = {
  readonly text: string;
  /** What stands for each `?`. */
  readonly order: readonly ({ readonly name: string } | { readonly constant: Argument })[];
  readonly rowOf: (row: Row) => Selected;
};

function compiledOf<Selected>(prepared: { getQuery(): Query }): Compiled<Selected> {
  const { sql: text, params } = prepared.getQuery();
  const order = params.map((param) =>
    param instanceof Placeholder ? { name: param.name } : { constant: constantArgument(param, text) },
  );
  return { text, order, rowOf: rowReader(prepared) };
}

/** Tests a job's status. The states stand in the text itself: a partial index serves only a condition it can read. */
export function statusIn(column: SQLWrapper, statuses: readonly JobStatus[]): SQL {
  const list = statuses.map((status) => `'${status}'`).join(", ");
  return statuses.length === 1 ? sql`${column} = ${sql.raw(list)}` : sql`${column} in (${sql.raw(list)})`;
}

/**
 * Makes text fit for SQLite: lone surrogates and NUL, at which its text functions stop, become the replacement character.
 * JSON text needs none of it, since JSON escapes both.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}

function constantArgument(param: unknown, text: string): Argument {
  if (typeof param === "string" || typeof param === "number" || typeof param === "bigint" || param === null) {
    return param;
  }
  throw new TypeError(`Cannot compile a query: a constant that is neither text nor number, in ${text}`);
}
