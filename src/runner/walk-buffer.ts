import type { NewJobEvent } from "../domain/job.ts";
import {
  composeNotifications,
  type NotificationEvent,
  type PendingNotification,
  tellingEvent,
} from "../domain/notification.ts";
import { startTimer, type Timer } from "../domain/timers.ts";
import { ClaimLost, type ExecuteDeps } from "./claim.ts";

/** What waits for a write: events, and what is to be told of some of them. */
export type Buffered = {
  readonly events: readonly NewJobEvent[];
  readonly notifications: readonly PendingNotification[];
};

/** The events of a walk that wait for a write. */
export type WalkBuffer = {
  /** Adds an event; it is written with the next write, or soon. */
  add(event: NewJobEvent): void;
  /** Tells the job's subscribers of the last event, when that is written. */
  tell(event: NotificationEvent): void;
  /** Lets nothing be written by itself any more, until the next event. */
  stopTimer(): void;
  /** Gives what waits, and empties the buffer. */
  take(): Buffered;
};

/** Stages that nobody waits for are written after this long. */
const flushMilliseconds = 500;

/** Creates an empty buffer; `commit` writes what is in it. */
export function createWalkBuffer(deps: ExecuteDeps, commit: () => Promise<void>): WalkBuffer {
  const { job } = deps.claim;
  let events: NewJobEvent[] = [];
  let notifications: PendingNotification[] = [];
  let timer: Timer | undefined;

  const flush = async () => {
    timer = undefined;
    try {
      await commit();
    } catch (error) {
      if (error instanceof ClaimLost) deps.lose();
      else deps.logger.error("Cannot write the stages of a job", { jobId: job.id, error });
    }
  };
  return {
    add(event) {
      events.push(event);
      if (deps.isBuffered(job)) timer ??= startTimer(flushMilliseconds, () => void flush());
    },
    tell(event) {
      notifications.push(...tellingEvent(composeNotifications(job, event, deps.newId), events.length - 1));
    },
    stopTimer() {
      timer?.clear();
      timer = undefined;
    },
    take() {
      const taken = { events, notifications };
      events = [];
      notifications = [];
      return taken;
    },
  };
}
