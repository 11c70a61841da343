import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AuditAction, AuditOutcome, NewAuditEntry } from "../../domain/people/audit.ts";

/**
 * Who did what: rows are only ever added. Triggers refuse every change, and every removal but that of rows older than
 * `audit_end` says, which the retention sets for the length of its own write. Executions are added by a trigger of `jobs`.
 */
export const audit = sqliteTable("audit", {
  number: integer("number").primaryKey(),
  at: integer("at").notNull(),
  user: text("user"),
  role: text("role").$type<NonNullable<NewAuditEntry["role"]>>(),
  address: text("address"),
  requestId: text("request_id"),
  action: text("action").$type<AuditAction>().notNull(),
  subject: text("subject").notNull(),
  jobId: text("job_id"),
  outcome: text("outcome").$type<AuditOutcome>().notNull(),
  keyId: text("key_id"),
  client: text("client"),
});

/** One row at most: what was audited before this time may be removed. */
export const auditEnd = sqliteTable("audit_end", {
  id: integer("id").primaryKey(),
  before: integer("before").notNull(),
});
