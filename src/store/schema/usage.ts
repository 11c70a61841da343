import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What the service keeps of each client, in bytes: sums over `jobs` and `vault_files`, kept by triggers of these tables, and
 * so by the same write as what they sum up. WITHOUT ROWID (see the migration).
 */
export const clientUsage = sqliteTable("client_usage", {
  client: text("client").primaryKey(),
  vaultBytes: integer("vault_bytes").notNull(),
  outputBytes: integer("output_bytes").notNull(),
});
