import type { Job } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Principal } from "../../domain/people/access.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { eventsOf, withLiveProgress } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { maySeeJob, requireAction } from "../people/guard.ts";
import { readJob } from "./follow-jobs.ts";
import type { JobNews } from "./job-news.ts";
import type { JobWatch, JobWatchDeps, JobWatches, WatchStep } from "./job-watch.ts";
import { logNews, type WatchNews, type WatchPlace } from "./watch-news.ts";

export type WatchDeps = JobWatchDeps & { readonly news: JobNews; readonly watches: JobWatches };

/** Steps that wait for a slow watcher; with more, it reads for itself again. */
const mostWaiting = 256;

/**
 * Tells what happens to a job after a place, until its end or the signal's. Undefined when it has ended and nothing
 * follows. Throws `no-such-job`.
 */
export async function watchJob(
  deps: WatchDeps,
  principal: Principal,
  jobId: string,
  watching: { readonly place: WatchPlace; readonly signal: AbortSignal },
): Promise<AsyncGenerator<WatchNews, void> | undefined> {
  const job = await readJob(deps, principal, jobId);
  const { place, signal } = watching;
  const later = await eventsOf(deps.database, jobId, place.number, 1);
  if (isFinished(job.status) && later.length === 0) return undefined;
  return newsAfter(deps, jobId, place, signal);
}

/** What the watcher reads for itself, up to where the shared watch is, and then the steps of that. */
async function* newsAfter(
  deps: WatchDeps,
  jobId: string,
  from: WatchPlace,
  signal: AbortSignal,
): AsyncGenerator<WatchNews, void> {
  using joined = deps.watches.join(jobId);
  const watch = await joined.watch;
  let place = from;
  while (!signal.aborted) {
    using steps = waitingSteps(watch, signal);
    for await (const news of newsBetween(deps, jobId, place, watch.at())) {
      if (signal.aborted) return;
      place = news.place;
      yield news;
    }
    for (;;) {
      const step = await steps.next();
      if (step === undefined || signal.aborted) return;
      if (step === "lost") break;
      // Read before it was told: this watcher came from further on.
      if (!isSame(step.from, place) && isUpTo(step.news.place, place)) continue;
      if (!isSame(step.from, place)) break;
      place = step.news.place;
      yield step.news;
    }
  }
}

function isSame(one: WatchPlace, other: WatchPlace): boolean {
  return one.number === other.number && one.attempt === other.attempt && one.logOffset === other.logOffset;
}

function isUpTo(one: WatchPlace, other: WatchPlace): boolean {
  const isLogTold = one.attempt < other.attempt || (one.attempt === other.attempt && one.logOffset <= other.logOffset);
  return one.number <= other.number && isLogTold;
}

/** Stored events and lines between a place and where a watch is; the lines first, as the watch tells them. */
async function* newsBetween(
  { database, layout }: WatchDeps,
  jobId: string,
  from: WatchPlace,
  { place: to, log }: ReturnType<JobWatch["at"]>,
): AsyncGenerator<WatchNews, void> {
  let place = from;
  if (log !== undefined && log.attempt === to.attempt) {
    for await (const news of logNews(layout, { ...log, until: to.logOffset }, place)) {
      place = news.place;
      yield news;
    }
  }
  while (place.number < to.number) {
    const events = await eventsOf(database, jobId, place.number);
    for (const event of events) {
      if (event.number > to.number) return;
      place = { ...place, number: event.number };
      yield { kind: "event", event, place };
    }
    if (events.length === 0) return;
  }
}

/** Gathers the steps of a watch until they are asked for: undefined after the last one, "lost" when there were too many. */
function waitingSteps(watch: JobWatch, signal: AbortSignal) {
  let waiting: WatchStep[] = [];
  let isLost = false;
  let end: { readonly failure?: { readonly error: unknown } } | undefined;
  let resume = () => {};
  const stop = () => {
    end ??= {};
    resume();
  };
  const subscription = watch.subscribe({
    step(step) {
      // Of progress between two events only the newest is of interest.
      if (step.news.kind === "live" && waiting.at(-1)?.news.kind === "live") waiting.pop();
      waiting.push(step);
      if (waiting.length > mostWaiting) {
        isLost = true;
        waiting = [];
        subscription[Symbol.dispose]();
      }
      resume();
    },
    ended(failure) {
      end = failure === undefined ? {} : { failure };
      resume();
    },
  });
  const listening = onAbort(signal, stop);
  return {
    async next(): Promise<WatchStep | "lost" | undefined> {
      if (waiting.length === 0 && !isLost && end === undefined) {
        const waking = Promise.withResolvers<void>();
        resume = waking.resolve;
        await waking.promise;
      }
      if (isLost) return "lost";
      const step = waiting.shift();
      if (step === undefined && end?.failure !== undefined) throw end.failure.error;
      return step;
    },
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      listening[Symbol.dispose]();
    },
  };
}

/** What a watcher of the list is told; `reset` says that what happened meanwhile is not known: read the list again. */
export type ListNews =
  | { readonly kind: "job"; readonly job: Job; readonly place: string }
  | { readonly kind: "reset"; readonly place: string };

/** Changes of the list are gathered for this long. */
const gatherMilliseconds = 200;
/** More jobs than these at once are not told one by one. */
const maxToldAtOnce = 500;

/** Tells which of the jobs that a principal may see change, from a place on (from now on without one). */
export async function* watchJobs(
  deps: WatchDeps,
  principal: Principal,
  watching: { readonly place?: string; readonly signal: AbortSignal },
): AsyncGenerator<ListNews, void> {
  requireAction(principal, "read-own-jobs", "watch jobs");
  const { signal } = watching;
  let place = watching.place ?? deps.news.now();
  while (!signal.aborted) {
    const changes = deps.news.since(place);
    if (changes === undefined || changes.jobIds.length > maxToldAtOnce) {
      place = deps.news.now();
      yield { kind: "reset", place };
      continue;
    }
    place = changes.place;
    for (const jobId of changes.jobIds) {
      const job = await findJob(deps.database, jobId);
      const isTold = job !== undefined && job.hidden === undefined && (await maySeeJob(deps, principal, job));
      if (isTold) yield { kind: "job", job: withLiveProgress(deps.database, job), place };
    }
    if (changes.jobIds.length === 0) await deps.news.next(signal);
    else await sleep(gatherMilliseconds);
  }
}
