import { defined } from "../../domain/defined.ts";
import { type Likeness, likenessOf, type UsualRun, usualRun } from "../../domain/figures/usual-run.ts";
import { freeRoom, freeSlot, type Job } from "../../domain/jobs/job.ts";
import { waitedUntil } from "../../domain/jobs/job-times.ts";
import { clientOf } from "../../domain/people/access.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { earlierRuns, inputFactsOf } from "../../store/jobs/earlier-runs.ts";
import { queuePositionOf, queuePositionsOf } from "../../store/jobs/queue.ts";
import { type Quotas, slotsWaitedFor } from "../submit/quotas.ts";

/** What can be told of an unfinished job's future. Times are milliseconds since 1970. */
export type JobOutlook = {
  /** From 1 on, while it waits. */
  readonly queuePosition?: number;
  /** When asking again is worth it. */
  readonly nextPollAt?: number;
  /** By the newest successful jobs of the same revision of the process, where they took about the same and with numbers like these. */
  readonly estimatedCompletionAt?: number;
  /** When a job that has ended is removed with its results; undefined when it is kept. */
  readonly expiresAt?: number;
  /** What an accepted job waits for besides its turn, or a running one of which nothing can go on. */
  readonly waitsFor?: string;
};

export type OutlookDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly hasSpace: () => boolean;
  readonly heldBack?: () => string | undefined;
  readonly settings: { readonly keptMilliseconds?: number; readonly quotas?: Quotas };
};

const shortestPollMilliseconds = 1000;
const longestPollMilliseconds = 30_000;

/** Tells what can be expected of a job. */
export async function outlookOf(deps: OutlookDeps, job: Job): Promise<JobOutlook> {
  const now = deps.clock.now();
  switch (job.status) {
    case "accepted":
      return {
        queuePosition: await queuePositionOf(deps.database, job),
        nextPollAt: nextPollAt(now, job.createdAt),
        ...(await waitedFor(deps, job)),
      };
    case "running": {
      const startedAt = job.startedAt ?? now;
      const runs = await usualRunOf(deps.database, job);
      const waited = waitedUntil(job, now) ?? 0;
      const end = runs?.isAlike === true ? startedAt + waited + runs.usual : undefined;
      return {
        ...waitOf(deps, job),
        nextPollAt: nextPollAt(now, startedAt),
        // One that takes longer than usual may end at any time.
        ...(end === undefined || job.wait !== undefined ? {} : { estimatedCompletionAt: Math.max(now, end) }),
      };
    }
    case "successful":
    case "failed":
    case "dismissed": {
      const kept = deps.settings.keptMilliseconds;
      if (kept === undefined || job.keptAt !== undefined) return {};
      return { expiresAt: (job.finishedAt ?? job.updatedAt) + kept };
    }
    default:
      return job.status satisfies never;
  }
}

/** Tells for what the jobs of a list wait, and their places in the queue, by their ids. */
export async function waitsOf(
  deps: Pick<OutlookDeps, "database">,
  jobs: readonly Job[],
): Promise<ReadonlyMap<string, Pick<JobOutlook, "waitsFor" | "queuePosition">>> {
  const accepted = jobs.filter(({ status }) => status === "accepted");
  const places = await queuePositionsOf(
    deps.database,
    accepted.map(({ id }) => id),
  );
  const running = jobs.filter(({ status }) => status === "running");
  return new Map([
    ...accepted.map(({ id }) => [id, defined({ queuePosition: places.get(id) })] as const),
    ...running.map((job) => [job.id, waitOf(deps, job)] as const),
  ]);
}

async function usualRunOf(database: Database, job: Job): Promise<UsualRun | undefined> {
  return usualRun(await earlierRuns(database, job), job.request.inputs);
}

/** How long runs before a job took, in seconds. */
export type RunsBefore = {
  /** How long its process usually takes, when it runs longer than that. */
  readonly exceededSeconds?: number;
  /** Whether those runs had inputs like these, besides numbers: only then is that time usual. */
  readonly exceededLikeness?: Likeness;
  /** The shortest and the longest run, where no time can be told by them: they differ much, or had other numbers. */
  readonly rangeSeconds?: readonly [shortest: number, longest: number];
  /** No run before it tells how long it takes. */
  readonly isFirstRun?: boolean;
};

/** Tells what runs before a job that runs say of how long it takes, where that is no time of its end. */
export async function runsBefore(
  { database, clock }: Pick<OutlookDeps, "database" | "clock">,
  job: Job,
): Promise<RunsBefore> {
  if (job.status !== "running" || job.startedAt === undefined || job.wait !== undefined) return {};
  const { processId, providerId, processRevision } = job;
  const before = await earlierRuns(database, {
    processId,
    processRevision,
    ...defined({ providerId }),
    withInputs: true,
  });
  const runs = usualRun(before, job.request.inputs);
  if (runs === undefined) return { isFirstRun: true };
  if (!runs.isAlike) return { rangeSeconds: [runs.shortest / 1000, runs.longest / 1000] };
  const now = clock.now();
  if (job.startedAt + (waitedUntil(job, now) ?? 0) + runs.usual >= now) return {};
  const exceededLikeness = likenessOf(before, await inputFactsOf(database, job.id));
  return { exceededSeconds: runs.usual / 1000, exceededLikeness };
}

/** What a job waits for since its claim, with its place where the server has the queue itself. */
function waitOf(
  { database }: Pick<OutlookDeps, "database">,
  { wait }: Job,
): Pick<JobOutlook, "waitsFor" | "queuePosition"> {
  if (wait === undefined) return {};
  const isOurs = wait.reason === freeSlot || wait.reason === freeRoom;
  const place = isOurs ? { queuePosition: database.feed.countWaitingBefore(wait) + 1 } : {};
  return { waitsFor: wait.reason, ...place };
}

async function waitedFor(deps: OutlookDeps, job: Job): Promise<Pick<JobOutlook, "waitsFor">> {
  if (!deps.hasSpace()) return { waitsFor: "free space on the disk of the server" };
  if (deps.heldBack?.() !== undefined) {
    return { waitsFor: "the operator of the server, who must say how tools are confined" };
  }
  const waitsFor = await slotsWaitedFor(deps, clientOf(job));
  return defined({ waitsFor });
}

/** The longer a job has taken, the less often it is worth asking: a tenth of that, within bounds. */
function nextPollAt(now: number, since: number): number {
  return now + Math.min(longestPollMilliseconds, Math.max(shortestPollMilliseconds, (now - since) / 10));
}
