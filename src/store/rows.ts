import { Column, type InferSelectModel, is, SQL, type Table } from "drizzle-orm";
import type { SelectedFieldsOrdered } from "drizzle-orm/sqlite-core";
import { wholeRow } from "./database/prepared-statements.ts";

/** What a query selects of a row: what is null in the database is absent. */
export type RowOf<Query> =
  Awaited<Query> extends readonly (infer Selected)[]
    ? Present<{ [Name in keyof Selected]: Part<Query, Name, Selected[Name]> }>
    : never;

/** A whole row of a table. */
export type TableRow<T extends Table> = Present<InferSelectModel<T>>;

type Present<T> = { [Name in keyof T as null extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as null extends T[Name] ? Name : never]?: Exclude<T[Name], null>;
};

/** A table of a join, or a value: the builder types columns as `never` where it selects them from SQL. */
type Part<Query, Name extends PropertyKey, Selected> = Query extends {
  readonly _: { readonly selection: Record<Name, Table> };
}
  ? Present<Selected>
  : [Selected] extends [never]
    ? unknown
    : Selected;

/**
 * Makes the reader of a kept query's rows, of a query that the builder prepared: each field is read at its position, by its
 * column, or by what its SQL is mapped with. SQL that is mapped with nothing is `unknown`.
 */
export function rowReader<Selected>(prepared: object): (row: Row) => Selected {
  const selected: SelectedFieldsOrdered = "fields" in prepared && Array.isArray(prepared.fields) ? prepared.fields : [];
  const fields = selected.map(({ path: [name = "", inner], field }) => ({ name, inner, decoder: decoderOf(field) }));
  return (row) => {
    const read = wholeRow(row);
    // Typed by the query: Object.create gives an object of any shape.
    const values = Object.create(Object.prototype);
    let position = -1;
    for (const { name, inner, decoder } of fields) {
      position += 1;
      const value = read[position];
      if (inner !== undefined) values[name] ??= {};
      if (value === null || value === undefined) continue;
      const decoded = decoder.mapFromDriverValue(value);
      if (inner === undefined) values[name] = decoded;
      else values[name][inner] = decoded;
    }
    return values;
  };
}

type Decoder = { mapFromDriverValue(value: unknown): unknown };

/** The builder keeps what SQL is mapped with to itself, as it does what a prepared query selects. */
function decoderOf(field: unknown): Decoder {
  if (is(field, Column)) return field;
  const fragment = is(field, SQL.Aliased) ? field.sql : field;
  if (is(fragment, SQL) && "decoder" in fragment && isDecoder(fragment.decoder)) return fragment.decoder;
  throw new TypeError("Cannot read the rows of a query: found a field without a decoder, wanted a column or SQL");
}

function isDecoder(value: unknown): value is Decoder {
  return typeof value === "object" && value !== null && "mapFromDriverValue" in value;
}

/** A row, by column name and by position. */
export type Row = Readonly<Record<string, unknown>>;
