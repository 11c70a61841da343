import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// Finished jobs as they are searched, taken up in batches a moment after the end (store/job-index): indexes that each
// insert, claim and finish of a job had to keep would cost a quarter of the jobs a second. A search looks here, and at the
// jobs that are not here yet. Only store/job-index writes these tables, but for `job_gone`.
//
// Beside them stands `job_texts`, a full-text index (FTS5) of what is said of the same jobs. Drizzle knows neither virtual
// tables nor triggers: see the migration.

/** Which jobs of a block have a term: see job-index/number-sets.ts and job-index/terms.ts. WITHOUT ROWID (see the migration). */
export const jobSets = sqliteTable(
  "job_sets",
  {
    term: text("term").notNull(),
    block: integer("block").notNull(),
    numbers: blob("numbers", { mode: "buffer" }).notNull(),
    /** Cells of durations among the jobs, 0 left out, or wider; null where they are not known, as of words. */
    leastDuration: integer("least_duration"),
    mostDuration: integer("most_duration"),
  },
  (table) => [primaryKey({ columns: [table.term, table.block] }), index("job_sets_of_block").on(table.block)],
);

/** What jobs are sorted by (see job-index/columns.ts), and their durations (see job-index/durations.ts). */
export const jobColumns = sqliteTable("job_columns", {
  id: integer("id").primaryKey(),
  cells: blob("cells", { mode: "buffer" }).notNull(),
});

/** What is known of the jobs of a group: a group without any has no row. Bounds are kept wide when jobs go. */
export const jobGroups = sqliteTable(
  "job_groups",
  {
    number: integer("number").primaryKey(),
    leastCreated: integer("least_created").notNull(),
    mostCreated: integer("most_created").notNull(),
    leastFinished: integer("least_finished").notNull(),
    mostFinished: integer("most_finished").notNull(),
    /** Cells of durations; of those that are not 0. */
    leastDuration: integer("least_duration").notNull(),
    mostDuration: integer("most_duration").notNull(),
    /** One bit for each class of durations. */
    durationClasses: integer("duration_classes").notNull(),
    /** Set when the words that many of its jobs say have sets: see job-index/settle-words.ts. */
    isSettled: integer("is_settled", { mode: "boolean" }).notNull(),
  },
  (table) => [index("job_groups_unsettled").on(table.number).where(sql`is_settled = 0`)],
);

/** The values of facets that jobs are sorted by, known to columns by their ids. */
export const jobValues = sqliteTable(
  "job_values",
  {
    id: integer("id").primaryKey(),
    /** The name of the column. */
    kind: text("kind").notNull(),
    value: text("value").notNull(),
  },
  (table) => [uniqueIndex("job_values_value").on(table.kind, table.value)],
);

/** Jobs that changed or were removed since they were indexed: no more in the index, though still to be erased from it. Triggers insert them. */
export const jobGone = sqliteTable("job_gone", { number: integer("number").primaryKey() });
