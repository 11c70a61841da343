import { mayDo } from "../../../domain/people/access.ts";
import { readNotices } from "../../../domain/people/notices.ts";
import type { Subscriber } from "../../../domain/people/notification.ts";
import { subscriberMembers } from "../../../domain/people/subscriber.ts";
import { type NoticesDeps, readOwnNotices } from "../../../operations/people/notices.ts";
import { toldNames, writeExtras } from "../../../pages/form/extras.ts";
import { type FormValues, textIn } from "../../../pages/form/field.ts";
import type { FormState } from "../../../pages/form/state.ts";
import type { RouteContext } from "../../route.ts";

/**
 * Fills a form with where its reader is told of the own jobs, unless it says already who is told, or was sent so: who emptied the
 * fields of one run wants nobody told. What is kept and cannot be told any more fills nothing, and the form says so.
 */
export async function withNotices(
  deps: NoticesDeps,
  { caller }: Pick<RouteContext, "caller">,
  form: FormState,
  { isSent }: { readonly isSent: boolean },
): Promise<FormState> {
  if (caller === undefined || !mayDo(caller, "execute")) return form;
  const kept = await readOwnNotices(deps, caller);
  if (kept === undefined) return form;
  const { address, masked } = kept;
  const notices = { address, masked };
  if (kept.faults.length > 0) return { ...form, notices: { ...notices, isLost: true } };
  const says = toldNames.some((name) => textIn(form.values, name) !== "");
  if (isSent || says) return { ...form, notices };
  const subscribers = readNotices(kept, []).map(({ subscriber }) => subscriber);
  return { ...form, notices, values: new Map([...form.values, ...toldValues(subscribers)]) };
}

/** Writes who is told of a job as what a form sends for it. One mail for both ends has a field of its own, beside web addresses. */
export function toldValues(subscribers: readonly Subscriber[]): FormValues {
  const members = subscriberMembers(subscribers.map((subscriber) => ({ subscriber, pointer: "" })));
  const { successEmail, failedEmail, ...others } = members;
  const isBoth = successEmail === failedEmail && (members.successUri ?? members.failedUri) !== undefined;
  const request = isBoth
    ? { subscriber: others, ...(successEmail === undefined ? {} : { notification_email: successEmail }) }
    : { subscriber: members };
  return writeExtras(request, []);
}
