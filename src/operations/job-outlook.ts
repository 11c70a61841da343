import { clientOf } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import type { Job } from "../domain/job.ts";
import type { Database } from "../store/database.ts";
import { queuePositionOf, usualMilliseconds } from "../store/queue.ts";
import { type Quotas, slotsWaitedFor } from "./quotas.ts";

/** What can be told of an unfinished job's future. Times are milliseconds since 1970. */
export type JobOutlook = {
  /** From 1 on, while it waits. */
  readonly queuePosition?: number;
  /** When asking again is worth it. */
  readonly nextPollAt?: number;
  /** By the newest successful jobs of the same process. */
  readonly estimatedCompletionAt?: number;
  /** When a job that has ended is removed with its results; undefined when it is kept. */
  readonly expiresAt?: number;
  /** What a waiting job waits for besides its turn. */
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
      const usual = await usualMilliseconds(deps.database, job.processId);
      const end = usual === undefined ? undefined : startedAt + usual;
      return {
        nextPollAt: nextPollAt(now, startedAt),
        // One that takes longer than usual may end at any time.
        ...(end === undefined ? {} : { estimatedCompletionAt: Math.max(now, end) }),
      };
    }
    case "successful":
    case "failed":
    case "dismissed": {
      const kept = deps.settings.keptMilliseconds;
      if (kept === undefined || job.request.run?.isPinned === true) return {};
      return { expiresAt: (job.finishedAt ?? job.updatedAt) + kept };
    }
    default:
      return job.status satisfies never;
  }
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
