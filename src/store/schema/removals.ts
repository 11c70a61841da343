import { sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What was removed on purpose (a job, an execution, an uploaded file) and whose files may still lie on the disk: written with
 * the removal, gone with the files. What no row at all knows was not removed by us. WITHOUT ROWID (see the migration).
 */
export const removals = sqliteTable("removals", { id: text("id").primaryKey() });
