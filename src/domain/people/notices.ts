import { fault } from "../faults.ts";
import type { Fault } from "../problem.ts";
import type { NotificationEvent } from "./notification.ts";
import { type LocatedSubscriber, readAddress } from "./subscriber.ts";

/** What a user may want to be told of, in the order in which it happens. */
export const noticeEvents = ["inProgress", "success", "failed"] as const satisfies readonly NotificationEvent[];

/** Where a user wants to be told of the own jobs, and of what; a run may say something else. */
export type Notices = {
  /** A web address, or an address of mail. */
  readonly address: string;
  /** One at least. */
  readonly events: readonly NotificationEvent[];
};

/**
 * Reads where a user wants to be told as the subscribers that a request would name, each with a pointer to `/address`. What is
 * wrong with the address is wrong in a request, too.
 */
export function readNotices({ address, events }: Notices, faults: Fault[]): readonly LocatedSubscriber[] {
  if (events.length === 0) faults.push(fault("/events", events, `at least one of ${noticeEvents.join(", ")}`));
  const channel = readAddress(address, "/address", faults);
  if (channel === undefined) return [];
  return events.map((event) => ({ subscriber: { event, channel, address }, pointer: "/address" }));
}
