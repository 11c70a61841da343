import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Who has the token of a share reads the results of its job without a key, until it ends. A job has one at most. */
export const shares = sqliteTable(
  "shares",
  {
    jobId: text("job_id").primaryKey(),
    /** sha256 of the token, hexadecimal: the token itself is kept nowhere. */
    tokenHash: text("token_hash").notNull().unique("shares_token"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Who made it. */
    user: text("user"),
    /** The outputs whose results it opens, a JSON array of their names; all results where it is null. */
    outputs: text("outputs"),
  },
  (table) => [index("shares_expiry").on(table.expiresAt)],
);
