import { isFinished } from "../../domain/jobs/job-state.ts";
import { pause } from "../../domain/waiting/pause.ts";
import { createGrowthWait } from "../../files/disk/watch-growth.ts";
import { executionLogFile, type Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { eventsOf, type FollowedEvent, follow } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { logNews, type ToldLog, type WatchNews, type WatchPlace } from "./watch-news.ts";

export type JobWatchDeps = { readonly database: Database; readonly layout: Layout };

/** One step of the watch of a job, the same object for all who share it. */
export type WatchStep = { readonly from: WatchPlace; readonly news: WatchNews };

type Listener = {
  step(step: WatchStep): void;
  /** Nothing more comes: the job has ended, or its watch has failed by an error. */
  ended(failure?: { readonly error: unknown }): void;
};

/** The one watch of a job that all of its watchers share: it reads what there is to tell once for all of them. */
export type JobWatch = {
  /** Tells how far it has come, and in which log. */
  at(): { readonly place: WatchPlace; readonly log: ToldLog | undefined };
  /** Calls the listener with each step from now on. */
  subscribe(listener: Listener): Disposable;
};

/** The watches of the jobs that somebody watches. */
export type JobWatches = {
  /** Joins the watch of a job, which lasts until all who joined it have left. */
  join(jobId: string): Disposable & { readonly watch: Promise<JobWatch> };
};

/** Makes the set of the watches. */
export function createJobWatches(deps: JobWatchDeps): JobWatches {
  type Known = { readonly watch: Promise<JobWatch>; readonly left: AbortController; watchers: number };
  const known = new Map<string, Known>();
  return {
    join(jobId) {
      const left = new AbortController();
      const forget = (one: Known) => known.get(jobId) === one && known.delete(jobId);
      const begin = (): Known => {
        // A job that begins anew after its end is followed by a new watch.
        const onEnd = () => forget(one);
        const one = { watch: beginWatch(deps, jobId, { left: left.signal, onEnd }), left, watchers: 0 };
        return one;
      };
      const one = known.get(jobId) ?? begin();
      known.set(jobId, one);
      one.watchers += 1;
      return {
        watch: one.watch,
        [Symbol.dispose]() {
          one.watchers -= 1;
          if (one.watchers > 0) return;
          forget(one);
          one.left.abort();
        },
      };
    },
  };
}

/** A log is looked at as often as this where the system cannot tell that it grows. */
const lookMilliseconds = 250;
/** A log that grows without a pause is read as often as this. */
const restMilliseconds = 10;

/** Begins at the end of what is there by now: each watcher reads for itself what came before it. */
async function beginWatch(
  deps: JobWatchDeps,
  jobId: string,
  { left, onEnd }: { readonly left: AbortSignal; onEnd(): void },
): Promise<JobWatch> {
  const listeners = new Set<Listener>();
  let log: ToldLog | undefined;
  let place: WatchPlace = { number: 0, attempt: 0, logOffset: 0 };
  let end: { readonly failure?: { readonly error: unknown } } | undefined;
  const tell = (news: WatchNews) => {
    const step = { from: place, news };
    place = news.place;
    for (const listener of listeners) listener.step(step);
  };
  const told = createHighest();
  const readLog = async () => {
    log = (await logOf(deps, jobId)) ?? log;
    const before = place;
    if (log !== undefined) for await (const news of logNews(deps.layout, log, place)) tell(news);
    return place !== before;
  };
  const work = async () => {
    const events: FollowedEvent[] = [];
    using growth = createGrowthWait();
    let isOver = false;
    const followed = (async () => {
      for await (const event of follow(deps.database, jobId, place.number, left)) {
        events.push(event);
        growth.wake();
      }
    })().finally(() => {
      isOver = true;
      growth.wake();
    });
    // Awaited below; until then a failure must not end the server.
    followed.catch(() => {});
    for (;;) {
      const event = events.shift();
      // The log first: what it told before an end is told before that end.
      const hasGrown = await readLog();
      if (event?.kind === "live") tell({ kind: "live", live: told(event), place });
      else if (event !== undefined) {
        tell({ kind: "event", event: told(event), place: { ...place, number: event.number } });
      } else if (isOver && events.length === 0) break;
      else {
        if (hasGrown) await pause(restMilliseconds, left);
        await growth.wait(log && executionLogFile(deps.layout, log.executionId), lookMilliseconds);
      }
    }
    await followed;
  };
  const finish = (failure?: { readonly error: unknown }) => {
    end = failure === undefined ? {} : { failure };
    onEnd();
    for (const listener of listeners) listener.ended(failure);
  };
  place = { ...place, number: await lastNumber(deps.database, jobId) };
  await readLog();
  work().then(
    () => finish(),
    (error: unknown) => finish({ error }),
  );
  return {
    at: () => ({ place, log }),
    subscribe(listener) {
      listeners.add(listener);
      if (end !== undefined) listener.ended(end.failure);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

/** Makes the function that tells of a job that runs no percent behind what it told before: an event is stored after what was announced. */
function createHighest() {
  let highest = 0;
  return <T extends FollowedEvent>(event: T): T => {
    if (event.kind !== "live" && event.status !== "running") highest = 0;
    else highest = Math.max(highest, event.progress);
    return event.progress < highest ? { ...event, progress: highest } : event;
  };
}

async function logOf({ database }: JobWatchDeps, jobId: string): Promise<ToldLog | undefined> {
  const job = await findJob(database, jobId);
  if (job?.executionId === undefined) return undefined;
  return { executionId: job.executionId, attempt: job.attempt, isEnded: isFinished(job.status) };
}

/** The number of the newest event of a job. */
async function lastNumber(database: Database, jobId: string): Promise<number> {
  for (let number = 0; ; ) {
    const last = (await eventsOf(database, jobId, number)).at(-1);
    if (last === undefined) return number;
    number = last.number;
  }
}
