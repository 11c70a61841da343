import { refusal } from "../../domain/faults.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { type Notices, readNotices } from "../../domain/people/notices.ts";
import { maskedAddress } from "../../domain/people/notification.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { findNotices, removeNotices, saveNotices } from "../../store/people/notices.ts";
import { checkSubscribers } from "../submit/subscribers.ts";
import { type AuditDeps, actorOf, auditing } from "./audit.ts";
import { requireAction } from "./guard.ts";

type Telling = Parameters<typeof checkSubscribers>[0];

export type NoticesDeps = {
  readonly database: Database;
  readonly secretKey: SecretKey;
  readonly gate: Telling["gate"];
  readonly settings: Omit<Telling, "gate">;
};

/** Whom this server may send mails to, as a caller may know it. */
export type MailReach = {
  readonly sendsMail: boolean;
  /** Patterns, `ADDRESS` or `@DOMAIN`; anybody when absent. Single addresses, which are personal, only for who sees the settings. */
  readonly mailTo?: readonly string[];
  /** There are single addresses that the caller is not told. */
  readonly hasOthers?: boolean;
};

/** Where a user is told, with what is wrong with it by now: the server may send no mails any more. */
export type KeptNotices = Notices & {
  /** The address as one recognises it who gave it. */
  readonly masked: string;
  readonly faults: readonly Fault[];
};

/**
 * Reads where a caller is told of the own jobs unless a run says something else; undefined where nothing is kept, and for who came with
 * a key that is not for everything: an address may hold a secret of a program.
 */
export async function readOwnNotices(
  deps: NoticesDeps,
  principal: Principal | undefined,
): Promise<KeptNotices | undefined> {
  if (principal?.user === undefined || principal.scope !== undefined) return undefined;
  const kept = await findNotices(deps.database, deps.secretKey, principal.user);
  if (kept === undefined) return undefined;
  const { faults, masked } = checkNotices(deps, kept);
  return { ...kept, masked, faults };
}

/**
 * Keeps where a caller wants to be told of the own jobs. Throws `invalid-parameter-value` for an address that a request could not
 * name as a subscriber either, and `forbidden` for who may not execute, has no name, or came with a key that is not for
 * everything: it would hear of runs that the key may not see.
 */
export async function keepOwnNotices(
  deps: NoticesDeps & AuditDeps,
  principal: Principal,
  wanted: Notices,
): Promise<void> {
  const action = "keep where you are told";
  requireAction(principal, "execute", action);
  const user = wholeUser(principal, action);
  const { faults } = checkNotices(deps, wanted);
  if (faults.length > 0) throw refusal(action, faults);
  const events = [...new Set(wanted.events)];
  // Its second statement keeps what was given.
  const database = auditing(deps, actorOf(principal), "keep-notices", { subject: user, after: 1 });
  await saveNotices(database, deps.secretKey, { user, notices: { address: wanted.address, events } });
}

/** Forgets where a caller is told. Throws `forbidden` for one without a name, and for a key that is not for everything. */
export async function removeOwnNotices(deps: AuditDeps, principal: Principal): Promise<void> {
  const user = wholeUser(principal, "forget where you are told");
  await removeNotices(auditing(deps, actorOf(principal), "remove-notices", { subject: user }), user);
}

/** Tells whom this server may send mails to. */
export function mailReach({ settings }: Pick<NoticesDeps, "settings">, principal: Principal): MailReach {
  const { sendsMail, mailTo } = settings;
  if (!sendsMail || mailTo.length === 0) return { sendsMail };
  const told = mayDo(principal, "read-system") ? mailTo : mailTo.filter((pattern) => pattern.startsWith("@"));
  return { sendsMail, mailTo: told, hasOthers: told.length < mailTo.length };
}

function checkNotices({ gate, settings }: NoticesDeps, notices: Notices) {
  const faults: Fault[] = [];
  const located = readNotices(notices, faults);
  checkSubscribers({ gate, sendsMail: settings.sendsMail, mailTo: settings.mailTo }, located, faults);
  const [first] = located;
  return { faults, masked: first === undefined ? notices.address : maskedAddress(first.subscriber) };
}

/** Gives the name of a caller who may do all that the user may. Throws `forbidden` for others. */
function wholeUser({ user, scope }: Principal, action: string): string {
  if (user === undefined) {
    const found = "found nobody who is signed in, wanted a user with a key or account";
    throw new Problem("forbidden", `Cannot ${action}: ${found}`);
  }
  if (scope !== undefined) {
    const detail = `Cannot ${action}: found a key that is not for everything, wanted one without actions and processes`;
    throw new Problem("forbidden", detail, { challenge: "insufficient_scope" });
  }
  return user;
}
