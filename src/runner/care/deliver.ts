import type { Job } from "../../domain/jobs/job.ts";
import { jobAt } from "../../domain/jobs/job-at.ts";
import { jobUrl } from "../../domain/links.ts";
import type { TryOutcome } from "../../domain/people/notification.ts";
import { notificationMail } from "../../domain/people/notification-mail.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { joinSignals } from "../../domain/waiting/joined-signal.ts";
import { timeLimit } from "../../domain/waiting/timers.ts";
import { type CallbackDeps, sendCallback } from "../../net/callback.ts";
import type { Mailer } from "../../net/mail.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { type Delivery, subscribersOf } from "../../store/jobs/outbox.ts";

export type DeliverDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly secretKey: SecretKey;
  readonly callbacks: CallbackDeps;
  /** Undefined when no server for mails is configured. */
  readonly mailer?: Mailer;
  /** The documents of the API, as they are now. Making one of results throws `gone` when they were removed. */
  readonly documents: {
    status(job: Job): Readonly<Record<string, unknown>>;
    results(job: Job): Promise<Readonly<Record<string, unknown>>>;
  };
  readonly settings: {
    /** Where the service is found, without a slash at the end. */
    readonly serviceUrl: string;
    /** The longest time of one try. */
    readonly tryMilliseconds: number;
  };
};

/** Tries once to tell a subscriber: its address is opened and what it is told is rendered only now. */
export async function deliver(deps: DeliverDeps, delivery: Delivery, stopping: AbortSignal): Promise<TryOutcome> {
  const { notification, event } = delivery;
  const { id, channel } = notification;
  const subscribers = await subscribersOf(deps.database, deps.secretKey, notification.jobId);
  const subscriber = subscribers?.find((one) => one.event === notification.event && one.channel === channel);
  if (subscriber === undefined) return { kind: "refused", error: "the address cannot be opened with the secret key" };
  using joined = joinSignals([stopping, timeLimit(deps.settings.tryMilliseconds)]);
  const { signal } = joined;
  const job = jobAt(delivery.job, event, notification.attempt);
  const monitorUrl = jobUrl(deps.settings.serviceUrl, job.id);
  const at = deps.clock.now();
  switch (channel) {
    case "mail": {
      if (deps.mailer === undefined) return { kind: "failed", error: "no server for mails is configured (--smtp-url)" };
      return await deps.mailer.send({ id, to: subscriber.address, at, ...notificationMail(job, monitorUrl) }, signal);
    }
    case "callback": {
      const body = await bodyOf(deps, delivery, job);
      if ("error" in body) return { kind: "refused", ...body };
      const callback = { url: subscriber.address, id, at, event: notification.event, monitorUrl, body: body.text };
      return await sendCallback(deps.callbacks, callback, signal);
    }
    default:
      return channel satisfies never;
  }
}

/** The payloads of the standard: results for a success (OGC 18-062r2 /req/callback/job-callback), else the status. */
async function bodyOf(
  { documents }: DeliverDeps,
  { notification, job: current }: Delivery,
  then: Job,
): Promise<{ readonly text: string } | { readonly error: string }> {
  if (notification.event !== "success") return { text: JSON.stringify(documents.status(then)) };
  try {
    return { text: JSON.stringify(await documents.results(current)) };
  } catch (error) {
    if (error instanceof Problem && error.kind === "gone") return { error: errorText(error) };
    throw error;
  }
}
