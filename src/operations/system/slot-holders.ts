import { defined } from "../../domain/defined.ts";
import { usualRun } from "../../domain/figures/usual-run.ts";
import { isFinished } from "../../domain/jobs/job-state.ts";
import type { Principal } from "../../domain/people/access.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Database } from "../../store/database/database.ts";
import { earlierRuns } from "../../store/jobs/earlier-runs.ts";
import { withLiveProgress } from "../../store/jobs/job-events.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { listRunning } from "../../store/jobs/queue.ts";
import { maySeeJob } from "../people/guard.ts";

/** A job that runs while another one waits. Times are milliseconds since 1970. */
export type SlotHolder = {
  readonly id: string;
  readonly processId: string;
  readonly providerId?: string;
  readonly user?: string;
  readonly startedAt: number;
  /** How long its process usually takes, where that is known. */
  readonly usualMilliseconds?: number;
};

/** The jobs that run: how many, since when the first, and those of them that somebody may see. */
export type SlotHolders = {
  readonly count: number;
  readonly since?: number;
  readonly jobs: readonly SlotHolder[];
};

export type SlotHolderDeps = { readonly database: Database; readonly clock: Clock };

/** So many jobs are told one by one; the one that began first comes first. */
const mostTold = 5;
/** So many are looked at for those that somebody may see: the first ones may all be of others. */
const mostLookedAt = 50;

/** Tells which jobs run now: to who may see one of them, which it is. Those that wait for something themselves do not count. */
export async function readSlotHolders(deps: SlotHolderDeps, principal: Principal): Promise<SlotHolders> {
  const { database } = deps;
  const running = (await listRunning(database)).filter(({ id }) => database.feed.live(id)?.wait === undefined);
  const jobs: SlotHolder[] = [];
  for (const { id } of running.slice(0, mostLookedAt)) {
    if (jobs.length === mostTold) break;
    const found = await findJob(database, id);
    const job = found && withLiveProgress(database, found);
    if (job === undefined || isFinished(job.status) || !(await maySeeJob(deps, principal, job))) continue;
    const { processId, providerId, user, startedAt = job.createdAt } = job;
    const runs = usualRun(await earlierRuns(database, job), job.request.inputs);
    jobs.push({
      id,
      processId,
      startedAt,
      ...defined({ providerId, user, usualMilliseconds: runs?.isAlike === true ? runs.usual : undefined }),
    });
  }
  return { count: running.length, jobs, ...defined({ since: running[0]?.startedAt }) };
}
