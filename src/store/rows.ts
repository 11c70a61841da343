import { getTableColumns, type InferSelectModel, type Table } from "drizzle-orm";
import type { Row } from "./statements.ts";

/** Reads the columns of one table from a row, in which they stand side by side in the order of the schema. */
export type RowReader<T extends Table> = {
  readonly width: number;
  /** `from`: the position of the table's first column, 0 when the row holds nothing else before it. */
  read(row: Row, from?: number): InferSelectModel<T>;
};

/** Makes the reader of a table's rows, as selected by `build.select().from(table)` or beside others in a join. */
export function rowReader<T extends Table>(table: T): RowReader<T> {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => ({ name, column }));
  return {
    width: columns.length,
    read(row, from = 0) {
      // Typed by the schema: Object.create gives an object of any shape.
      const values = Object.create(Object.prototype);
      for (const [position, { name, column }] of columns.entries()) {
        const value = row[from + position];
        values[name] = value === null || value === undefined ? null : column.mapFromDriverValue(value);
      }
      return values;
    },
  };
}
