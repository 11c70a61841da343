import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type {
  NotificationChannel,
  NotificationEvent,
  NotificationState,
  NotificationTry,
} from "../../domain/people/notification.ts";

/**
 * Whom a job's client wants to be told: sealed, with the job's id as additional data, because addresses of mails are
 * personal and those of callbacks may hold secrets. Written with the job. WITHOUT ROWID (see the migration).
 */
export const subscriptions = sqliteTable("subscriptions", {
  jobId: text("job_id").primaryKey(),
  sealedSubscribers: text("sealed_subscribers").notNull(),
});

/** The outbox: what is to be told of jobs, and what became of it. Inserted by the write of what it tells. */
export const notifications = sqliteTable(
  "notifications",
  {
    /** The same in every try: receivers tell repetitions by it. */
    id: text("id").primaryKey(),
    jobId: text("job_id").notNull(),
    /** The job's event that is told: the job is shown as it was then. */
    eventNumber: integer("event_number").notNull(),
    attempt: integer("attempt").notNull(),
    event: text("event").$type<NotificationEvent>().notNull(),
    channel: text("channel").$type<NotificationChannel>().notNull(),
    /** The host of a callback, or `mailto:`: one that does not answer must not delay others. */
    receiver: text("receiver").notNull(),
    createdAt: integer("created_at").notNull(),
    /** When it is tried next; null when it is not waiting any more. */
    dueAt: integer("due_at"),
    state: text("state").$type<NotificationState>().notNull(),
    /** Set by each try, to all tries so far. */
    tries: text("tries", { mode: "json" }).$type<readonly NotificationTry[]>().notNull(),
  },
  (table) => [
    index("notifications_due").on(table.receiver, table.dueAt, table.id).where(sql`due_at is not null`),
    index("notifications_of_job").on(table.jobId),
  ],
);
