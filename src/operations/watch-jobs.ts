import type { Principal } from "../domain/access.ts";
import type { Job, JobEvent } from "../domain/job.ts";
import { isFinished } from "../domain/job-state.ts";
import { sleep } from "../domain/timers.ts";
import { readJobLog } from "../files/job-log.ts";
import { executionLogFile, type Layout } from "../files/layout.ts";
import type { Database } from "../store/database.ts";
import { eventsOf, follow, type LiveProgress } from "../store/job-events.ts";
import { findJob } from "../store/jobs.ts";
import { readJob } from "./follow-jobs.ts";
import { maySeeJob, requireAction } from "./guard.ts";
import type { JobNews } from "./job-news.ts";

export type WatchDeps = { readonly database: Database; readonly layout: Layout; readonly news: JobNews };

/** How far a watcher has come: stored events by their number, the log of an attempt by its bytes. */
export type WatchPlace = { readonly number: number; readonly attempt: number; readonly logOffset: number };

/** What a watcher of a job is told. `place` is where to go on after it. */
export type WatchNews =
  | { readonly kind: "event"; readonly event: JobEvent; readonly place: WatchPlace }
  | { readonly kind: "live"; readonly live: LiveProgress }
  | { readonly kind: "log"; readonly lines: readonly string[]; readonly place: WatchPlace };

/** How often the log of a running job is looked at: its tool writes to it without telling. */
const logMilliseconds = 250;
/** Bytes of a log that are told at once. */
const logBytes = 64 * 1024;

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
  return merge(deps, jobId, place, signal);
}

/** Stored events as they come, and between two of them what the log holds by then. */
async function* merge(
  deps: WatchDeps,
  jobId: string,
  from: WatchPlace,
  signal: AbortSignal,
): AsyncGenerator<WatchNews, void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const events = follow(deps.database, jobId, from.number, either);
  let place = from;
  let next = events.next();
  try {
    for (;;) {
      const event = await Promise.race([next, sleep(logMilliseconds)]);
      if (signal.aborted) return;
      // The log first: what it told before an end is told before that end.
      for await (const news of logAfter(deps, jobId, place)) {
        place = news.place;
        yield news;
      }
      if (event === undefined) continue;
      if (event.done === true) return;
      next = events.next();
      if (event.value.kind === "live") {
        yield { kind: "live", live: event.value };
        continue;
      }
      place = { ...place, number: event.value.number };
      yield { kind: "event", event: event.value, place };
    }
  } finally {
    ended.abort();
    await next.catch(() => undefined);
  }
}

/** The whole lines of the current attempt's log after a place. */
async function* logAfter(
  deps: WatchDeps,
  jobId: string,
  from: WatchPlace,
): AsyncGenerator<Extract<WatchNews, { kind: "log" }>> {
  const job = await findJob(deps.database, jobId);
  if (job?.executionId === undefined) return;
  const file = executionLogFile(deps.layout, job.executionId);
  let offset = job.attempt === from.attempt ? from.logOffset : 0;
  for (;;) {
    const page = await readJobLog(file, { offset, limit: logBytes });
    if (page === undefined || page.bytes.byteLength === 0) return;
    const isFull = page.nextOffset < page.sizeBytes;
    // An unfinished line waits for its end, unless it fills the page.
    const end = page.bytes.lastIndexOf(0x0a) + 1;
    const length = end > 0 ? end : isFull || isFinished(job.status) ? page.bytes.byteLength : 0;
    if (length === 0) return;
    const text = new TextDecoder().decode(page.bytes.subarray(0, length));
    offset = page.offset + length;
    const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    yield { kind: "log", lines, place: { number: from.number, attempt: job.attempt, logOffset: offset } };
  }
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
      if (isTold) yield { kind: "job", job, place };
    }
    if (changes.jobIds.length === 0) await deps.news.next(signal);
    else await sleep(gatherMilliseconds);
  }
}
