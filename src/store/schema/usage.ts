import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What the service keeps of each client, in bytes: sums over `jobs` and `vault_files`, kept by triggers of these tables, and
 * so by the same write as what they sum up. WITHOUT ROWID (see the migration).
 */
export const clientUsage = sqliteTable("client_usage", {
  client: text("client").primaryKey(),
  vaultBytes: integer("vault_bytes").notNull(),
  outputBytes: integer("output_bytes").notNull(),
});

/**
 * What each user had run by the hour in which it ended, over the jobs that are in some list (`hidden` below 2): kept by triggers of
 * `jobs`, and so by the same write as the end. WITHOUT ROWID (see the migration).
 */
export const runsByHour = sqliteTable(
  "runs_by_hour",
  {
    /** Hours since 1970. */
    hour: integer("hour").notNull(),
    /** Empty for all who came without a key. */
    user: text("user").notNull(),
    jobs: integer("jobs").notNull(),
    failed: integer("failed").notNull(),
    /** From the start to the end of each, added up. */
    milliseconds: integer("milliseconds").notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.user] })],
);
