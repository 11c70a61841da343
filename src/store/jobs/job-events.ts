import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Job, JobEvent } from "../../domain/jobs/job.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import type { Database } from "../database/database.ts";
import { argument, build, compile } from "../database/statements.ts";
import { jobEvents } from "../schema/jobs.ts";
import type { LiveProgress } from "./job-feed.ts";
import { eventsOfRow } from "./job-rows.ts";
import { findJob } from "./jobs.ts";

export type { LiveProgress } from "./job-feed.ts";

/** Events read at once; a reader of more asks again. */
const maxEvents = 1000;

const selectEvents = compile<{ jobId: string; after: number; limit: number }>()(() =>
  build
    .select()
    .from(jobEvents)
    .where(and(eq(jobEvents.jobId, argument("jobId")), gt(jobEvents.number, argument("after"))))
    .orderBy(asc(jobEvents.number))
    .limit(sql.placeholder("limit")),
);

/** Reads a job's events after a number, 1000 unless a limit is given. */
export async function eventsOf(
  database: Database,
  jobId: string,
  afterNumber: number,
  limit: number = maxEvents,
): Promise<readonly JobEvent[]> {
  const rows = await database.read(selectEvents({ jobId, after: afterNumber, limit }));
  return rows
    .flatMap(eventsOfRow)
    .filter(({ number }) => number > afterNumber)
    .slice(0, limit);
}

/**
 * Adds to a job that runs what was announced of it since its last stored event. All who tell how far a job is ask this, so that
 * none of them is behind what another has told.
 */
export function withLiveProgress(database: Database, job: Job): Job {
  const live = job.status === "running" ? database.feed.live(job.id) : undefined;
  return live !== undefined && live.progress >= job.progress ? { ...job, ...live } : job;
}

export type FollowedEvent = JobEvent | ({ readonly kind: "live" } & LiveProgress);

/**
 * Follows a job: first the stored events after a number, then each as it is committed, between them the newest live
 * progress. Ends after the last event of a finished job, at once for a job that does not exist, quietly when the signal
 * aborts or the database closes. A slow reader misses live progress, never an event.
 */
export async function* follow(
  database: Database,
  jobId: string,
  afterNumber: number,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent, void> {
  let hasChanged = true;
  let hasLive = false;
  let isEnded = false;
  let wake = Promise.withResolvers<void>();
  // Subscribes first and reads then: what is committed in between is read, or told.
  using subscription = database.feed.subscribe(jobId, (news) => {
    if (news === "changed") hasChanged = true;
    else if (news === "live") hasLive = true;
    else isEnded = true;
    wake.resolve();
  });
  using _stop = onAbort(signal, () => {
    isEnded = true;
    wake.resolve();
  });
  let number = afterNumber;
  let isAtStart = true;
  while (!isEnded) {
    wake = Promise.withResolvers<void>();
    if (hasChanged) {
      hasChanged = false;
      const after = number;
      const events = await subscription.eventsAfter(after, () => eventsOf(database, jobId, after));
      for (const event of events) {
        if (isEnded) return;
        yield event;
        number = event.number;
      }
      const last = events.at(-1);
      if (events.length === maxEvents) hasChanged = true;
      else if (last !== undefined && isFinished(last.status)) return;
      else if (last === undefined && isAtStart && (await isAtEnd(database, jobId, number))) return;
      isAtStart = false;
    } else if (hasLive) {
      hasLive = false;
      const live = database.feed.live(jobId);
      if (live !== undefined) yield { kind: "live", ...live };
    } else {
      await wake.promise;
    }
  }
}

/** Tells whether no event will follow a number. The state is read first: what it tells has its event then. */
async function isAtEnd(database: Database, jobId: string, number: number): Promise<boolean> {
  const job = await findJob(database, jobId);
  if (job !== undefined && !isFinished(job.status)) return false;
  return (await eventsOf(database, jobId, number, 1)).length === 0;
}
