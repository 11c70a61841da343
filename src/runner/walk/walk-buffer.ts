import { defined } from "../../domain/defined.ts";
import type { NewJobEvent } from "../../domain/jobs/job.ts";
import {
  composeNotifications,
  type NotificationEvent,
  type PendingNotification,
  tellingEvent,
} from "../../domain/people/notification.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import type { Checkpoint } from "../../store/queries/record-job.ts";
import { ClaimLost, type ExecuteDeps } from "../queue/claim.ts";

/** What waits for a write: events, what is to be told of some of them, and what is kept at the latest with the end. */
export type Buffered = {
  readonly events: readonly NewJobEvent[];
  readonly notifications: readonly PendingNotification[];
  readonly checkpoint?: Checkpoint;
};

/** The events of a walk that wait for a write. */
export type WalkBuffer = {
  /** Adds an event; it is written with the next write, or soon. */
  add(event: NewJobEvent): void;
  /** Tells the job's subscribers of the last event, when that is written. */
  tell(event: NotificationEvent): void;
  /** Adds a checkpoint that is written with the next write. */
  keep(checkpoint: Checkpoint): void;
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
  let checkpoint: Checkpoint | undefined;
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
    keep(kept) {
      checkpoint = kept;
    },
    stopTimer() {
      timer?.clear();
      timer = undefined;
    },
    take() {
      const taken = { events, notifications, ...defined({ checkpoint }) };
      events = [];
      notifications = [];
      checkpoint = undefined;
      return taken;
    },
  };
}
