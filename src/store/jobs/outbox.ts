import { and, asc, eq, sql } from "drizzle-orm";
import * as v from "valibot";
import type { Job, JobEvent } from "../../domain/jobs/job.ts";
import type { Notification, NotificationState, NotificationTry, Subscriber } from "../../domain/people/notification.ts";
import type { Database } from "../database/database.ts";
import { type SecretKey, seal, unseal } from "../database/seal.ts";
import { argument, build, compile } from "../database/statements.ts";
import type { TableRow } from "../rows.ts";
import { jobEvents, jobs } from "../schema/jobs.ts";
import { notifications, subscriptions } from "../schema/notifications.ts";
import { eventsOfRow, jobOf } from "./job-rows.ts";

const selectSubscription = compile<{ jobId: string }>()(() =>
  build
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.jobId, argument("jobId"))),
);

const selectOfJob = compile<{ jobId: string }>()(() =>
  build
    .select()
    .from(notifications)
    .where(eq(notifications.jobId, argument("jobId")))
    // In the order in which they were inserted, which the index has.
    .orderBy(sql`rowid`),
);

/**
 * The receivers that something waits for, each found by the index from the one before: one with a hundred thousand
 * waiting notifications costs no more than one with a single one.
 */
const waitingReceivers = sql`with recursive waiting(name) as (
  select min(${notifications.receiver}) from ${notifications} where due_at is not null
  union all
  select (select min(${notifications.receiver}) from ${notifications} where due_at is not null and ${notifications.receiver} > waiting.name)
  from waiting where waiting.name is not null
)`;

const firstOfReceiver = sql`(select first.id from ${notifications} as first where first.due_at is not null and first.receiver = waiting.name order by first.due_at, first.id limit ${argument("each")})`;

const selectHeads = compile<{ each: number; most: number }>()(() =>
  build
    .select()
    .from(notifications)
    .where(
      sql`${notifications.id} in (${waitingReceivers} select head.id from waiting join ${notifications} as head on head.id in ${firstOfReceiver})`,
    )
    .orderBy(asc(notifications.dueAt), asc(notifications.id))
    .limit(sql.placeholder("most")),
);

const selectDelivery = compile<{ id: string }>()(() =>
  build
    .select({ notification: notifications, job: jobs, event: jobEvents })
    .from(notifications)
    .innerJoin(jobs, eq(jobs.id, notifications.jobId))
    .innerJoin(
      jobEvents,
      and(
        eq(jobEvents.jobId, notifications.jobId),
        // A row holds what one write told: the event stands in the first one that does not end before it.
        sql`${jobEvents.number} = (select min(number) from job_events where job_id = ${notifications.jobId} and number >= ${notifications.eventNumber})`,
      ),
    )
    .where(eq(notifications.id, argument("id"))),
);

const setTried = compile<{ id: string; tries: string; state: string; dueAt: number | null }>()(() =>
  build
    .update(notifications)
    .set({ tries: argument("tries"), state: argument("state"), dueAt: argument("dueAt") })
    .where(eq(notifications.id, argument("id"))),
);

const SubscribersSchema = v.array(
  v.object({
    event: v.picklist(["inProgress", "success", "failed"]),
    channel: v.picklist(["callback", "mail"]),
    address: v.string(),
  }),
);

const subscriptionScope = (jobId: string) => `subscription:${jobId}`;

/** Seals whom a job's client wants to be told. */
export function sealSubscribers(key: SecretKey, jobId: string, subscribers: readonly Subscriber[]): string {
  return seal(key, subscriptionScope(jobId), JSON.stringify(subscribers));
}

/** Reads whom a job's client wants to be told; undefined when that cannot be opened with this key. */
export async function subscribersOf(
  database: Database,
  key: SecretKey,
  jobId: string,
): Promise<readonly Subscriber[] | undefined> {
  const [row] = await database.read(selectSubscription({ jobId }));
  if (row === undefined) return [];
  try {
    return v.parse(SubscribersSchema, JSON.parse(unseal(key, subscriptionScope(jobId), row.sealedSubscribers)));
  } catch {
    // Sealed with another key: whoever asks says what that means.
    return undefined;
  }
}

/** Lists the notifications of a job, the oldest first. */
export async function notificationsOf(database: Database, jobId: string): Promise<readonly Notification[]> {
  return (await database.read(selectOfJob({ jobId }))).map(notificationOf);
}

/** Lists what waits, the first due first: of each receiver its `each` first ones, `most` in all. */
export async function waitingNotifications(
  database: Database,
  bounds: { readonly each: number; readonly most: number },
): Promise<readonly Notification[]> {
  return (await database.read(selectHeads(bounds))).map(notificationOf);
}

/** What a delivery needs to know. */
export type Delivery = { readonly notification: Notification; readonly job: Job; readonly event: JobEvent };

/** Finds a notification with its job and the event that it tells; undefined when its job was removed. */
export async function findDelivery(database: Database, id: string): Promise<Delivery | undefined> {
  const [row] = await database.read(selectDelivery({ id }));
  const event = row && eventsOfRow(row.event).find(({ number }) => number === row.notification.eventNumber);
  if (row === undefined || event === undefined) return undefined;
  return { notification: notificationOf(row.notification), job: jobOf(row.job), event };
}

/** Keeps what became of a notification; it is tried again at `dueAt`, never when that is undefined. */
export async function keepTries(
  database: Database,
  id: string,
  kept: { readonly tries: readonly NotificationTry[]; readonly state: NotificationState; readonly dueAt?: number },
): Promise<void> {
  const { tries, state, dueAt } = kept;
  await database.write([setTried({ id, tries: JSON.stringify(tries), state, dueAt: dueAt ?? null })]);
}

function notificationOf({ eventNumber: _, ...notification }: TableRow<typeof notifications>): Notification {
  return notification;
}
