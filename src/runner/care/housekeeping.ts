import { readdir } from "node:fs/promises";
import { isFinished } from "../../domain/jobs/job-state.ts";
import { startInterval } from "../../domain/waiting/timers.ts";
import { removeWorkDirectory } from "../../files/jobs/job-directory.ts";
import { pruneStepCache, removePartialEntries, stepCacheDirectory } from "../../files/step-cache.ts";
import { removeVaultFile as removeVaultContent } from "../../files/vault.ts";
import { removeParts } from "../../files/vault-parts.ts";
import { findExecution } from "../../store/jobs/executions.ts";
import { forgetIdempotencyKeys } from "../../store/jobs/idempotency-keys.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { forgetRemovals } from "../../store/jobs/removals.ts";
import { expiredVaultFiles, removeVaultFile } from "../../store/uploads/vault.ts";
import { expiredUploads, removeUpload } from "../../store/uploads/vault-uploads.ts";
import { watchClock } from "./clock-watch.ts";
import {
  clearOrphans,
  listWritten,
  makeRoom,
  nothingWritten,
  removeAged,
  removePending,
  type WrittenFirst,
} from "./orphans.ts";
import { type RetentionDeps, removeAnsweredJobs, removeExpiredAudit, removeExpiredJobs } from "./retention.ts";

export type HousekeepingDeps = RetentionDeps & {
  /** What outputs of steps that are kept to be used again may take of the disk; undefined when nobody asks. */
  readonly cacheBytes?: number;
  /** Free space below which what was set aside is removed, in bytes; undefined when nobody asks. */
  readonly minFreeBytes?: number;
};

/** Scratch of a failed job stays this long, for whoever looks for the cause: a day. */
export const failedWorkMilliseconds = 24 * 60 * 60 * 1000;
const everyMilliseconds = 60 * 60 * 1000;
/** How often it is looked whether something must make room. */
const roomMilliseconds = 10_000;

/**
 * Tidies now and every hour until it is disposed of: what nobody needs any more is removed, never what a job may need. To be
 * started before anything is uploaded or submitted: what lies in the vault and among the values by then must be known.
 */
export async function startHousekeeping(deps: HousekeepingDeps): Promise<Disposable> {
  const watch = watchClock(deps);
  const atStart = await listWritten(deps);
  await removePartialEntries(stepCacheDirectory(deps.layout));
  const tidy = (written: WrittenFirst) => {
    tidyUp(deps, { trustsAges: watch.isSteady(), written }).catch((error) =>
      deps.logger.error("Cannot tidy up", { error }),
    );
  };
  tidy(atStart);
  const timer = startInterval(everyMilliseconds, () => tidy(nothingWritten)).unref();
  const room = startInterval(roomMilliseconds, () => {
    if (deps.minFreeBytes === undefined) return;
    makeRoom(deps, deps.minFreeBytes).catch((error) => deps.logger.error("Cannot make room", { error }));
  }).unref();
  return {
    [Symbol.dispose]: () => {
      timer.clear();
      room.clear();
    },
  };
}

/**
 * Removes scratch directories that nobody needs and what the cache holds beyond its bound, sets orphans aside; where ages can
 * be trusted also removes expired uploads that no job holds, expired idempotency keys, old scratch and old jobs.
 */
export async function tidyUp(
  deps: HousekeepingDeps,
  { trustsAges = true, written }: { readonly trustsAges?: boolean; readonly written?: WrittenFirst } = {},
): Promise<void> {
  const { database, layout, clock } = deps;
  await removePending(deps);
  if (trustsAges) {
    await forgetIdempotencyKeys(database, clock.now());
    for (const file of await expiredVaultFiles(database, clock.now())) {
      if (!(await removeVaultFile(database, file.id))) continue;
      await removeVaultContent(layout, file.id);
      await forgetRemovals(database, [file.id]);
    }
    for (const { id } of await expiredUploads(database, clock.now())) {
      await removeParts(layout, id);
      await removeVaultContent(layout, id);
      await removeUpload(database, id);
    }
  }
  for (const executionId of await readdir(layout.workDirectory)) {
    if (await isDue(deps, executionId, trustsAges)) await removeWorkDirectory(layout, executionId);
  }
  if (trustsAges) {
    await removeExpiredJobs(deps);
    await removeExpiredAudit(deps);
    await removeAnsweredJobs(deps);
  }
  if (deps.cacheBytes !== undefined) await pruneStepCache(stepCacheDirectory(layout), deps.cacheBytes);
  await clearOrphans(deps, written);
  if (trustsAges) await removeAged(deps);
}

/** Scratch is due when its job ended well or long ago; of what is unknown nobody can tell. */
async function isDue(
  { database, clock }: HousekeepingDeps,
  executionId: string,
  trustsAges: boolean,
): Promise<boolean> {
  const execution = await findExecution(database, executionId);
  if (execution === undefined) return false;
  if (execution.endedAt === undefined) return false;
  const job = await findJob(database, execution.jobId);
  if (job === undefined || job.status === "dismissed" || job.status === "successful") return true;
  // A retry that keeps finished steps reads their files where they are.
  const isNeeded = job.executionId === executionId || job.resumeFrom !== undefined;
  if (!isNeeded) return true;
  return (
    trustsAges &&
    isFinished(job.status) &&
    clock.now() - (job.finishedAt ?? execution.endedAt) >= failedWorkMilliseconds
  );
}
