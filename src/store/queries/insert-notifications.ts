import { type SQL, sql } from "drizzle-orm";
import type { PendingNotification } from "../../domain/people/notification.ts";
import { argument, compile, insertFrom, member } from "../database/statements.ts";
import { jobs } from "../schema/jobs.ts";
import { notifications } from "../schema/notifications.ts";
import { isHeld, isMove, lastNumber } from "./guards.ts";

/** `notifications` is what `notificationsText` gives. Stands before the events of the same write, whose numbers follow. */
function insertNotificationsWhere(condition: SQL | undefined) {
  return insertFrom(
    notifications,
    {
      id: member("one", 0),
      jobId: sql`${jobs.id}`,
      eventNumber: sql`${lastNumber} + 1 + ${member("one", 4)}`,
      attempt: sql`${jobs.attempt}`,
      event: member("one", 1),
      channel: member("one", 2),
      receiver: member("one", 3),
      createdAt: argument("at"),
      dueAt: argument("at"),
      state: sql`'waiting'`,
      tries: sql`'[]'`,
    },
    { source: sql`${jobs} cross join json_each(${argument("notifications")}) as one`, where: condition },
  );
}

export const insertNotificationsOfMove = compile<{
  jobId: string;
  moveId: string;
  at: number;
  notifications: string;
}>()(() => insertNotificationsWhere(isMove));

export const insertNotificationsOfRecord = compile<{
  jobId: string;
  fence: number;
  at: number;
  notifications: string;
}>()(() => insertNotificationsWhere(isHeld));

/** Words notifications as one argument. */
export function notificationsText(pending: readonly PendingNotification[]): string {
  return JSON.stringify(
    pending.map(({ id, event, channel, receiver, eventIndex }) => [id, event, channel, receiver, eventIndex]),
  );
}
