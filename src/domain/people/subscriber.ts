import * as v from "valibot";
import { fault, pointer } from "../faults.ts";
import type { Fault } from "../problem.ts";
import { channelOf, type NotificationChannel, type Subscriber } from "./notification.ts";

/** Longer than any address in use; both are kept with the job. */
const longestUrl = 2048;
const longestMail = 254;

const callbackWanted = `an http or https URL without user and password, of at most ${longestUrl} characters`;
/** What reads an address leaves some of them out, and others show them: a line that begins in it could pass for one of ours. */
const plainWanted = "an http or https URL without blanks, line ends and other signs that nobody sees";
const mailWanted = "one address of mail, as name@host";

const callbackAddress = v.pipe(
  v.string(callbackWanted),
  v.url(callbackWanted),
  v.maxLength(longestUrl, callbackWanted),
  v.check((text) => !URL.canParse(text) || isCallback(new URL(text)), callbackWanted),
  v.check((text) => !/[\s\p{Cc}\p{Cf}]/u.test(text), plainWanted),
);

function isCallback(url: URL): boolean {
  // A user and a password would be sent to whoever answers there.
  return /^https?:$/.test(url.protocol) && url.hostname !== "" && url.username === "" && url.password === "";
}

/** One address: a list could not be told apart from a name with a comma in it. */
export const MailAddressSchema = v.pipe(
  v.string(mailWanted),
  v.rfcEmail(mailWanted),
  v.maxLength(longestMail, mailWanted),
);

/** Tells whether a text names one address, or with `@DOMAIN` all addresses of a domain. */
export function isMailPattern(text: string): boolean {
  return v.is(MailAddressSchema, text.startsWith("@") ? `anybody${text}` : text);
}

/** Tells whether mails may go to an address: to all when no pattern is given. Upper and lower case are the same. */
export function mayGetMail(address: string, patterns: readonly string[]): boolean {
  const wanted = address.toLowerCase();
  const domain = wanted.slice(wanted.lastIndexOf("@"));
  return patterns.length === 0 || patterns.some((pattern) => [wanted, domain].includes(pattern.toLowerCase()));
}

/** Checks one address as that of a subscriber in a request is, and tells its kind; undefined for one that is none. */
export function readAddress(address: string, pointer: string, faults: Fault[]): NotificationChannel | undefined {
  const channel = channelOf(address);
  const { issues } = v.safeParse(channel === "mail" ? MailAddressSchema : callbackAddress, address);
  if (issues === undefined) return channel;
  faults.push(fault(pointer, address, issues[0].message));
  return undefined;
}

/** Each member of a subscriber, and what it asks for. */
const members = [
  { name: "successUri", event: "success", channel: "callback" },
  { name: "inProgressUri", event: "inProgress", channel: "callback" },
  { name: "failedUri", event: "failed", channel: "callback" },
  // The schema of 1.0 requires it by mistake, so that its clients may send it instead of `successUri` or beside it.
  { name: "successUrl", event: "success", channel: "callback" },
  { name: "successEmail", event: "success", channel: "mail" },
  { name: "inProgressEmail", event: "inProgress", channel: "mail" },
  { name: "failedEmail", event: "failed", channel: "mail" },
] as const;

/** Whom a client wants to be told (OGC 18-062r2, subscriber.yaml), and by mail. */
export const SubscriberSchema = v.strictObject({
  successUri: v.optional(callbackAddress),
  inProgressUri: v.optional(callbackAddress),
  failedUri: v.optional(callbackAddress),
  successUrl: v.optional(callbackAddress),
  successEmail: v.optional(MailAddressSchema),
  inProgressEmail: v.optional(MailAddressSchema),
  failedEmail: v.optional(MailAddressSchema),
});

/** A subscriber with the JSON pointer to its address. */
export type LocatedSubscriber = { readonly subscriber: Subscriber; readonly pointer: string };

/** What a request says of subscribers, under each name that clients have for it. */
export type SubscriberWords = {
  readonly subscriber?: v.InferOutput<typeof SubscriberSchema> | undefined;
  readonly subscribers?: v.InferOutput<typeof SubscriberSchema> | undefined;
  /** One address for either end. */
  readonly notification_email?: string | undefined;
};

/** Words subscribers as a request does: the other way of `readSubscribers`. */
export function subscriberMembers(subscribers: readonly LocatedSubscriber[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    subscribers.flatMap(({ subscriber: { event, channel, address } }) => {
      const name = members.find((one) => one.event === event && one.channel === channel)?.name;
      return name === undefined ? [] : [[name, address]];
    }),
  );
}

/** Reads whom a request wants to be told: of each event one callback and one mail at most. */
export function readSubscribers(words: SubscriberWords, faults: Fault[]): readonly LocatedSubscriber[] {
  const { subscriber, subscribers, notification_email: mail } = words;
  if (subscriber !== undefined && subscribers !== undefined) {
    faults.push(fault("/subscribers", subscribers, "one of subscriber and subscribers"));
  }
  const base = subscriber === undefined ? "/subscribers" : "/subscriber";
  const given = subscriber ?? subscribers;
  const read = given === undefined ? [] : readMembers(given, base);
  if (given !== undefined && read.length === 0) {
    faults.push(fault(base, given, `at least one of ${members.map(({ name }) => name).join(", ")}`));
  }
  if (mail === undefined) return read;
  if (read.some(({ subscriber: one }) => one.channel === "mail" && one.event !== "inProgress")) {
    faults.push(fault("/notification_email", mail, `it alone, or ${base}/successEmail and ${base}/failedEmail`));
  }
  const ends = (["success", "failed"] as const).map((event) => ({
    subscriber: { event, channel: "mail", address: mail } as const,
    pointer: "/notification_email",
  }));
  return [...read, ...ends];
}

function readMembers(given: v.InferOutput<typeof SubscriberSchema>, base: string): readonly LocatedSubscriber[] {
  return members.flatMap(({ name, event, channel }) => {
    const address = given[name];
    if (address === undefined || (name === "successUrl" && given.successUri !== undefined)) return [];
    return [{ subscriber: { event, channel, address }, pointer: pointer(base, name) }];
  });
}
