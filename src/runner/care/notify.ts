import type { Logger } from "../../domain/logger.ts";
import type { Notification, TryOutcome } from "../../domain/people/notification.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import { type GrowingPause, growingPause } from "../../domain/waiting/growing-pause.ts";
import { pause } from "../../domain/waiting/pause.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import type { Database } from "../../store/database/database.ts";
import { type Delivery, findDelivery, keepTries, waitingNotifications } from "../../store/jobs/outbox.ts";
import { createLoopCare } from "../queue/loop-care.ts";

/** Delivers what waits in the outbox. */
export type Notifier = AsyncDisposable & {
  /** Tells that something was written to the outbox. A lost wake is harmless: it is read again now and then. */
  wake(): void;
};

export type NotifierDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly condition: Condition;
  /** Tries to deliver once, in bounded time. */
  readonly deliver: (delivery: Delivery, signal: AbortSignal) => Promise<TryOutcome>;
  readonly settings: NotifySettings;
  /** Told what became of each try. */
  readonly onTried?: (channel: string, outcome: string) => void;
};

export type NotifySettings = {
  /** How often one notification is tried. */
  readonly tries: number;
  /** How long one is tried. */
  readonly patienceMilliseconds: number;
  /** The pause after the first try; it doubles after each, up to an hour. */
  readonly firstPauseMilliseconds: number;
};

/** Tries at once, in all and for one receiver: one that does not answer keeps no other waiting. */
const maxTries = 32;
const maxTriesOfReceiver = 4;
/** How many waiting notifications are read at a time. */
const readAhead = 256;
const longestPauseMilliseconds = 60 * 60 * 1000;
/** The outbox is read again after this long, whatever it said before: clocks are set, and wakes may be lost. */
const lookEveryMilliseconds = 30_000;

/** Starts to deliver what waits, and goes on until it is disposed of: a try under way then counts as not made. */
export function startNotifier(deps: NotifierDeps): Notifier {
  const underWay = new Map<string, { readonly notification: Notification; readonly done: Promise<void> }>();
  const stopping = new AbortController();
  let timer: Timer | undefined;
  const tryPause = growingPause();
  let isLooking = false;
  let isResting = false;
  let hasNews = false;
  const reading = createLoopCare(deps, "Cannot read the outbox", { isVital: false });

  /** Of one job one receiver is told one thing after the other, as far as they are delivered. */
  const mayStart = ({ receiver, jobId }: Notification): boolean => {
    const sent = [...underWay.values()].filter(({ notification }) => notification.receiver === receiver);
    return sent.length < maxTriesOfReceiver && sent.every(({ notification }) => notification.jobId !== jobId);
  };
  const startDue = async (): Promise<number> => {
    const waiting = await waitingNotifications(deps.database, { each: maxTriesOfReceiver * 2, most: readAhead });
    const now = deps.clock.now();
    for (const notification of waiting) {
      const { id, dueAt = now } = notification;
      // Nothing waits longer than the longest pause: the clock was set back.
      if (dueAt > now && dueAt - now <= longestPauseMilliseconds) return dueAt - now;
      if (underWay.size >= maxTries || underWay.has(id) || !mayStart(notification)) continue;
      const done = tryOne(deps, notification, stopping.signal, tryPause).finally(() => {
        underWay.delete(id);
        look();
      });
      underWay.set(id, { notification, done });
    }
    return lookEveryMilliseconds;
  };
  const look = () => {
    hasNews = true;
    if (isLooking || isResting || stopping.signal.aborted) return;
    isLooking = true;
    timer?.clear();
    void lookOn();
  };
  const lookOn = async () => {
    let pause = lookEveryMilliseconds;
    try {
      while (hasNews && !stopping.signal.aborted) {
        hasNews = false;
        pause = Math.min(await startDue(), lookEveryMilliseconds);
      }
      reading.wentWell();
    } catch (error) {
      // Neither news nor tries that end may shorten it.
      isResting = true;
      pause = reading.failed(error);
    }
    isLooking = false;
    if (stopping.signal.aborted) return;
    timer = startTimer(pause, () => {
      isResting = false;
      look();
    });
  };
  look();
  return {
    wake: look,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      timer?.clear();
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

/** Tries to deliver a notification and keeps what became of it; it never throws. */
async function tryOne(
  deps: NotifierDeps,
  { id }: Notification,
  signal: AbortSignal,
  tryPause: GrowingPause,
): Promise<void> {
  try {
    const delivery = await findDelivery(deps.database, id);
    // Its job was removed meanwhile, and this with it.
    if (delivery === undefined) return;
    const at = deps.clock.now();
    const outcome = await deliverOnce(deps, delivery, signal);
    if (signal.aborted && outcome.kind !== "delivered") return;
    await keepTries(deps.database, id, afterTry(deps.settings, delivery.notification, at, outcome));
    tryPause.reset();
    const { receiver, channel, jobId } = delivery.notification;
    const told = { notificationId: id, jobId, channel, receiver, outcome: outcome.kind, status: outcome.status };
    deps.onTried?.(channel, outcome.kind);
    if (outcome.kind === "delivered") deps.logger.debug("Delivered a notification", told);
    else deps.logger.warn("Cannot deliver a notification", told);
  } catch (error) {
    deps.logger.error("Cannot try to deliver a notification, trying again soon", { notificationId: id, error });
    await pause(tryPause.next(), signal);
  }
}

/** What goes wrong on our side is a try like any other: it must not be repeated for ever. */
async function deliverOnce(deps: NotifierDeps, delivery: Delivery, signal: AbortSignal): Promise<TryOutcome> {
  try {
    return await deps.deliver(delivery, signal);
  } catch (error) {
    deps.logger.error("Cannot make what a notification tells", { notificationId: delivery.notification.id, error });
    return { kind: "failed", error: "the server could not make what is to be told" };
  }
}

/** Settles what comes after a try: nothing more, or another one after a pause that doubles. */
function afterTry(
  settings: NotifySettings,
  { tries: before, createdAt }: Notification,
  at: number,
  { kind, ...answer }: TryOutcome,
): Parameters<typeof keepTries>[2] {
  const tries = [...before, { at, ...answer }];
  if (kind === "delivered") return { tries, state: "delivered" };
  const pause = Math.min(settings.firstPauseMilliseconds * 2 ** (tries.length - 1), longestPauseMilliseconds);
  const isLast = tries.length >= settings.tries || at + pause - createdAt > settings.patienceMilliseconds;
  return kind === "refused" || isLast ? { tries, state: "abandoned" } : { tries, state: "waiting", dueAt: at + pause };
}
