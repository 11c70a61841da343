/** What subscribers are told of a job (OGC 18-062r2, subscriber.yaml). */
export type NotificationEvent = "inProgress" | "success" | "failed";
export type NotificationChannel = "callback" | "mail";

/** Whom a client wants to be told of one event: a URL, or an address of mail. */
export type Subscriber = {
  readonly event: NotificationEvent;
  readonly channel: NotificationChannel;
  readonly address: string;
};

/** What a job knows of its subscribers: not their addresses, which are kept sealed. */
export type NotificationWish = Omit<Subscriber, "address"> & {
  /** The host of a callback, or `mailto:`. */
  readonly receiver: string;
};

/** A notification before it is written. */
export type NewNotification = NotificationWish & {
  /** A UUID. */
  readonly id: string;
};

/** A notification that a write takes along, with the place of the event that it tells among those of the write, from 0. */
export type PendingNotification = NewNotification & { readonly eventIndex: number };

/** `abandoned`: it was tried as often or as long as it may be, or cannot be told any more. */
export type NotificationState = "waiting" | "delivered" | "abandoned";

/** One try to deliver a notification: what the receiver answered, or why there was no answer. */
export type NotificationTry = { readonly at: number; readonly status?: number; readonly error?: string };

/** A notification in the outbox. Times are milliseconds since 1970. */
export type Notification = NewNotification & {
  readonly jobId: string;
  /** Which attempt of the job. */
  readonly attempt: number;
  readonly createdAt: number;
  /** When it is tried next; undefined when it is not waiting any more. */
  readonly dueAt?: number;
  readonly state: NotificationState;
  readonly tries: readonly NotificationTry[];
};

/** What became of a try. `refused` is an answer that no later try would change. */
export type TryOutcome = {
  readonly kind: "delivered" | "failed" | "refused";
  readonly status?: number;
  readonly error?: string;
};

/** Composes what is to be told of an event of a job; nothing when nobody wants to know. */
export function composeNotifications(
  job: { readonly request: { readonly notify?: readonly NotificationWish[] } },
  event: NotificationEvent,
  newId: () => string,
): readonly NewNotification[] {
  const wishes = job.request.notify?.filter((wish) => wish.event === event) ?? [];
  return wishes.map((wish) => ({ id: newId(), ...wish }));
}

/** Says which event of its write notifications tell. */
export function tellingEvent(told: readonly NewNotification[], eventIndex: number): readonly PendingNotification[] {
  return told.map((one) => ({ ...one, eventIndex }));
}

/** Gives what a job knows of its subscribers. */
export function wishOf({ event, channel, address }: Subscriber): NotificationWish {
  return { event, channel, receiver: channel === "mail" ? "mailto:" : new URL(address).host };
}

/** Tells what kind of address a text is meant as, where both kinds are taken: what is no address of mail is to be one of the web. */
export function channelOf(address: string): NotificationChannel {
  return /^[^\s@/:]+@[^\s@/:]+$/.test(address) ? "mail" : "callback";
}

/** Words when somebody is told, behind "told": `when it starts and when it ends`. */
export function whenWords(events: readonly NotificationEvent[]): string {
  const has = (event: NotificationEvent) => events.includes(event);
  const end =
    has("success") && has("failed") ? ["ends"] : has("success") ? ["ends well"] : has("failed") ? ["fails"] : [];
  return [...(has("inProgress") ? ["starts"] : []), ...end].map((word) => `when it ${word}`).join(" and ");
}

/** Words an address so that it can be recognised by who gave it, and by nobody else. */
export function maskedAddress({ channel, address }: Subscriber): string {
  if (channel === "mail") return address.replace(/^(.).*(?=@)/, "$1…");
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
