import type { JobEnd, JobEvent, JobWait } from "../../domain/jobs/job.ts";
import type { StageName } from "../../domain/jobs/progress.ts";

/** Progress between two stored events; kept in memory only. */
export type LiveProgress = {
  readonly progress: number;
  readonly message: string;
  readonly stage: StageName;
  readonly wait?: JobWait;
  readonly waitedMilliseconds?: number;
};

/** Tells followers of a job, within this process, that it changed. */
export type JobFeed = {
  /** Says that stored events of these jobs were committed. What was announced stays: it may be newer than they are. */
  changed(jobIds: readonly string[]): void;
  /** Forgets what was announced of a job: it begins anew. */
  forget(jobId: string): void;
  /** Says that a job has ended, and how when the write that ended it knows that: what was announced of it is forgotten. */
  ended(jobId: string, end?: JobEnd): void;
  /** Calls the listener when a job has ended, or nothing more will come, until the subscription is disposed of. */
  onEnd(jobId: string, listener: EndListener): Disposable;
  announce(jobId: string, live: LiveProgress): void;
  live(jobId: string): LiveProgress | undefined;
  /** Counts the jobs that wait for the same as a claimed job, and come before it. */
  countWaitingBefore(wait: JobWait): number;
  /** Calls the listener on each change and announcement, until the subscription is disposed of. */
  subscribe(jobId: string, listener: FeedListener): Subscription;
  /** Calls the listener with the jobs of each commit, until the subscription is disposed of. */
  subscribeAll(listener: (jobIds: readonly string[]) => void): Disposable;
  /** Tells all listeners that nothing more will come. */
  close(): void;
};

type EndListener = (end: JobEnd | undefined) => void;
type FeedListener = (news: "changed" | "live" | "closed") => void;

type Subscription = Disposable & {
  /** Reads the events after a number, once for all followers that stand there; after each change anew. */
  eventsAfter(number: number, read: () => Promise<readonly JobEvent[]>): Promise<readonly JobEvent[]>;
};

/** Jobs whose live progress is kept; the oldest goes first. Far more than can run at once. */
const maxLiveJobs = 10_000;

type Channel = {
  readonly listeners: Set<FeedListener>;
  page?: { readonly after: number; readonly events: Promise<readonly JobEvent[]> } | undefined;
};

/** Creates a feed without followers. */
export function createJobFeed(): JobFeed {
  const channels = new Map<string, Channel>();
  const lives = new Map<string, LiveProgress>();
  const waiters = new Map<string, Set<EndListener>>();
  const ofAll = new Set<(jobIds: readonly string[]) => void>();

  return {
    changed(jobIds) {
      for (const listener of ofAll) listener(jobIds);
      for (const jobId of jobIds) {
        const channel = channels.get(jobId);
        if (channel === undefined) continue;
        channel.page = undefined;
        for (const listener of channel.listeners) listener("changed");
      }
    },
    forget: (jobId) => {
      lives.delete(jobId);
    },
    ended(jobId, end) {
      lives.delete(jobId);
      for (const listener of waiters.get(jobId) ?? []) listener(end);
    },
    onEnd(jobId, listener) {
      const listeners = waiters.get(jobId) ?? new Set();
      waiters.set(jobId, listeners.add(listener));
      return {
        [Symbol.dispose]() {
          listeners.delete(listener);
          if (listeners.size === 0 && waiters.get(jobId) === listeners) waiters.delete(jobId);
        },
      };
    },
    announce(jobId, live) {
      const before = lives.get(jobId);
      const isNews = before?.progress !== live.progress || before.wait?.reason !== live.wait?.reason;
      lives.delete(jobId);
      lives.set(jobId, live);
      if (lives.size > maxLiveJobs) {
        for (const oldest of lives.keys()) {
          lives.delete(oldest);
          break;
        }
      }
      for (const listener of channels.get(jobId)?.listeners ?? []) listener("live");
      // A list shows how far each is and what waits, before, or though nothing of it is stored.
      if (isNews) for (const listener of ofAll) listener([jobId]);
    },
    live: (jobId) => lives.get(jobId),
    countWaitingBefore: (own) =>
      [...lives.values()].filter(({ wait }) => wait !== undefined && isBefore(wait, own)).length,
    subscribe(jobId, listener) {
      const channel = channels.get(jobId) ?? { listeners: new Set() };
      channels.set(jobId, channel);
      channel.listeners.add(listener);
      return {
        eventsAfter: (number, read) => sharedPage(channel, number, read),
        [Symbol.dispose]() {
          channel.listeners.delete(listener);
          if (channel.listeners.size === 0 && channels.get(jobId) === channel) channels.delete(jobId);
        },
      };
    },
    subscribeAll(listener) {
      ofAll.add(listener);
      return { [Symbol.dispose]: () => void ofAll.delete(listener) };
    },
    close() {
      for (const { listeners } of channels.values()) {
        for (const listener of listeners) listener("closed");
      }
      for (const listeners of waiters.values()) {
        for (const listener of listeners) listener(undefined);
      }
    },
  };
}

function isBefore(one: JobWait, other: JobWait): boolean {
  const [first = 0, second = 0] = [one.priority, other.priority];
  return one.reason === other.reason && (first === second ? one.since < other.since : first > second);
}

function sharedPage(
  channel: Channel,
  after: number,
  read: () => Promise<readonly JobEvent[]>,
): Promise<readonly JobEvent[]> {
  if (channel.page?.after === after) return channel.page.events;
  const events = read();
  channel.page = { after, events };
  // Those who share it see the failure; whoever asks next reads again.
  events.catch(() => {
    if (channel.page?.events === events) channel.page = undefined;
  });
  return events;
}
