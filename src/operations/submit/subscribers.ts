import { fault } from "../../domain/faults.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { isOwn, type Principal } from "../../domain/people/access.ts";
import { openAddressWords } from "../../domain/people/closed-address.ts";
import { maskedAddress, type Notification, type Subscriber } from "../../domain/people/notification.ts";
import { type LocatedSubscriber, mayGetMail } from "../../domain/people/subscriber.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Gate } from "../../net/fetch.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { notificationsOf, subscribersOf } from "../../store/jobs/outbox.ts";
import { readJob } from "../jobs/follow-jobs.ts";

/**
 * Checks whether subscribers can be told at all: a mail needs a server for mails and an address that it may go to, and a
 * callback whose host is an address must be one that the gate lets out to. What a name stands for is asked when it is delivered.
 */
export function checkSubscribers(
  deps: { readonly gate: Pick<Gate, "refuses">; readonly sendsMail: boolean; readonly mailTo: readonly string[] },
  subscribers: readonly LocatedSubscriber[],
  faults: Fault[],
): void {
  // One address may be meant for two events.
  const located = new Map(subscribers.map(({ pointer, subscriber }) => [pointer, subscriber]));
  for (const [pointer, { channel, address }] of located) {
    if (channel === "mail" && !deps.sendsMail) {
      faults.push(fault(pointer, address, "no address of mail: this server sends none (--smtp-url)"));
    }
    if (channel === "mail" && !mayGetMail(address, deps.mailTo)) {
      faults.push(fault(pointer, address, "an address that this server may send mails to (--mail-to)"));
    }
    if (channel === "callback" && deps.gate.refuses(address)) {
      faults.push(fault(pointer, address, openAddressWords));
    }
  }
}

export type NotificationDeps = { readonly database: Database; readonly secretKey: SecretKey };

/** A notification with whom it tells, worded so that others cannot read a mail's address or a callback's query. */
export type ShownNotification = Notification & { readonly address: string };

/** Reads what was told of a job, and what is still to be told. Throws `no-such-job`. */
export async function readNotifications(
  deps: NotificationDeps,
  principal: Principal,
  jobId: string,
): Promise<{ readonly job: Job; readonly notifications: readonly ShownNotification[] }> {
  const job = await readJob(deps, principal, jobId);
  const [notifications, subscribers] = await Promise.all([
    notificationsOf(deps.database, jobId),
    subscribersOf(deps.database, deps.secretKey, jobId),
  ]);
  const shown = notifications.map((one) => {
    const subscriber = subscribers?.find(({ event, channel }) => event === one.event && channel === one.channel);
    return { ...one, address: subscriber === undefined ? one.receiver : maskedAddress(subscriber) };
  });
  return { job, notifications: shown };
}

/** Reads whom a job of the caller's own told; nobody for a job of somebody else, whose addresses are not the caller's to read. */
export async function readOwnSubscribers(
  { database, secretKey }: NotificationDeps,
  principal: Principal,
  { id, user }: Pick<Job, "id" | "user">,
): Promise<readonly Subscriber[]> {
  if (user === undefined || !isOwn(principal, user)) return [];
  return (await subscribersOf(database, secretKey, id)) ?? [];
}
