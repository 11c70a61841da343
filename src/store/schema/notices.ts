import { sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Where users are told of their jobs, unless a run says something else: sealed, with the user as additional data, because addresses
 * of mails are personal and those of callbacks may hold secrets. WITHOUT ROWID (see the migration).
 */
export const notices = sqliteTable("notices", {
  user: text("user").primaryKey(),
  sealedNotices: text("sealed_notices").notNull(),
});
