import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

// What lists of ended jobs look up beside the indexes of `jobs`: written with these, taken out by a retry and a removal
// (queries/list-rows.ts). Beside them stands `job_texts`, a full-text index (FTS5) of what is said of these jobs, which
// knows a job by its number, and a hidden one by the negative of it. Drizzle knows no virtual tables: see the migration.

/** Tags of ended jobs. WITHOUT ROWID (see the migration). */
export const jobTags = sqliteTable(
  "job_tags",
  {
    /** As that of the job. */
    hidden: integer("hidden").notNull(),
    tag: text("tag").notNull(),
    number: integer("number").notNull(),
  },
  (table) => [primaryKey({ columns: [table.hidden, table.tag, table.number] })],
);

/** From when to when the ended jobs of a span of numbers were created, or wider: clocks are set back, so numbers do not tell. */
export const jobSpans = sqliteTable("job_spans", {
  span: integer("span").primaryKey(),
  leastCreated: integer("least_created").notNull(),
  mostCreated: integer("most_created").notNull(),
});
