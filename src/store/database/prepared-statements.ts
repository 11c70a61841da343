import type { ConnectionPool } from "@libsql/client/sqlite3";

/** A connection of the driver. */
export type Connection = ReturnType<ConnectionPool["acquireSync"]>;

/** What the client uses of a prepared statement. */
type PreparedStatement = {
  safeIntegers(isOn?: boolean): unknown;
  raw(isOn?: boolean): unknown;
  columns(): unknown;
  run(...args: unknown[]): unknown;
  all(...args: unknown[]): unknown[];
};

/** Thrown (and caught by the client) to say that a statement returns no rows: made once, since it is thrown often. */
const returnsNoRows = new TypeError("The statement returns no rows");

/**
 * Keeps prepared statements on a connection: the client prepares every statement again each time it runs, which costs
 * about as much as running it. `isKept` names the texts to keep; there must be a fixed number of them.
 *
 * What could go wrong with a kept statement, and what is done:
 * - It keeps old arguments when it gets too few, and would write them again: their number is checked on each run.
 * - After an error it may be half-way through, and would hold its locks: it is forgotten.
 * - It keeps the columns of `select *` after a change of the schema: the schema must not change while the connection
 *   lives (migrations run on a connection of their own), and texts name their columns.
 *
 * A row of a kept statement comes whole, as the only value of the client's row (`wholeRow`): the client defines two properties
 * for each value of a row, which for a row of a job took longer than reading it.
 */
export function keepStatements(connection: Connection, isKept: (text: string) => boolean): void {
  const kept = new Map<string, PreparedStatement>();
  const original = connection.prepare.bind(connection);

  function prepare(text: string): PreparedStatement {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement: PreparedStatement = original<unknown[]>(text);
    if (isKept(text)) {
      makeReusable(statement, text, () => kept.delete(text));
      kept.set(text, statement);
    }
    return statement;
  }
  Object.defineProperty(connection, "prepare", { value: prepare });
}

/** Answers from memory what the client asks before each run, checks the number of arguments, and reports failures. */
function makeReusable(statement: PreparedStatement, text: string, forget: () => void): void {
  const parameters = countParameters(text);
  // The client asks for integers as bigint, and makes numbers of them again; no column of ours holds one that needs it.
  statement.safeIntegers(false);
  // It asks for rows as arrays before each run.
  const returnsRows = readsRows(statement);
  statement.columns = () => [{ name: "row", type: "" }];
  statement.safeIntegers = () => statement;
  statement.raw = () => {
    if (!returnsRows) throw returnsNoRows;
    return statement;
  };
  statement.run = guarded(statement.run.bind(statement));
  const all = guarded(statement.all.bind(statement));
  statement.all = (...args) => all(...args).map((row) => [row]);

  function guarded<Result>(execute: (...args: unknown[]) => Result): (...args: unknown[]) => Result {
    return (...args) => {
      const given = args.flat().length;
      if (given !== parameters) {
        throw new RangeError(`Cannot run a statement: ${given} arguments, ${parameters} wanted, in ${text}`);
      }
      try {
        return execute(...args);
      } catch (error) {
        forget();
        throw error;
      }
    };
  }
}

/** Gives the values of a row of a kept statement, in the order of its columns. */
export function wholeRow(row: Readonly<Record<string, unknown>>): readonly unknown[] {
  const values = row[0];
  if (!Array.isArray(values)) throw new TypeError("Cannot read a row: found no values, wanted one of a kept statement");
  return values;
}

function readsRows(statement: PreparedStatement): boolean {
  try {
    statement.raw(true);
    return true;
  } catch {
    // The driver's way to say that the statement returns no rows.
    return false;
  }
}

/** Counts the `?` of a text outside of quotes. Numbered and named parameters are not used. */
function countParameters(text: string): number {
  return text.replaceAll(/'[^']*'|"[^"]*"/g, "").split("?").length - 1;
}
