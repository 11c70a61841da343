import { readdir } from "node:fs/promises";
import { isFinished } from "../domain/job-state.ts";
import { startInterval } from "../domain/timers.ts";
import { removeWorkDirectory } from "../files/job-directory.ts";
import { pruneStepCache, stepCacheDirectory } from "../files/step-cache.ts";
import { removeVaultFile as removeVaultContent } from "../files/vault.ts";
import { findExecution } from "../store/executions.ts";
import { findJob, forgetIdempotencyKeys } from "../store/jobs.ts";
import { forgetRemovals } from "../store/removals.ts";
import { expiredVaultFiles, removeVaultFile } from "../store/vault.ts";
import { watchClock } from "./clock-watch.ts";
import { clearOrphans, makeRoom, removeAged, removePending, uploadedNames } from "./orphans.ts";
import { type RetentionDeps, removeExpiredJobs } from "./retention.ts";

export type HousekeepingDeps = RetentionDeps & {
  /** What outputs of steps that are kept to be used again may take of the disk; undefined when nobody asks. */
  readonly cacheBytes?: number;
  /** Free space below which what was set aside is removed, in bytes; undefined when nobody asks. */
  readonly minFreeBytes?: number;
};

/** Scratch of a failed job stays this long, for whoever looks for the cause: a day. */
const failedWorkMilliseconds = 24 * 60 * 60 * 1000;
const everyMilliseconds = 60 * 60 * 1000;
/** How often it is looked whether something must make room. */
const roomMilliseconds = 10_000;

/**
 * Tidies now and every hour until it is disposed of: what nobody needs any more is removed, never what a job may need. To be
 * started before anything is uploaded: what lies in the vault by then must be known.
 */
export async function startHousekeeping(deps: HousekeepingDeps): Promise<Disposable> {
  const watch = watchClock(deps);
  const uploads = await uploadedNames(deps);
  const tidy = (names: readonly string[]) => {
    tidyUp(deps, { trustsAges: watch.isSteady(), uploads: names }).catch((error) =>
      deps.logger.error("Cannot tidy up", { error }),
    );
  };
  tidy(uploads);
  const timer = startInterval(everyMilliseconds, () => tidy([])).unref();
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
  { trustsAges = true, uploads = [] }: { readonly trustsAges?: boolean; readonly uploads?: readonly string[] } = {},
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
  }
  for (const executionId of await readdir(layout.workDirectory)) {
    if (await isDue(deps, executionId, trustsAges)) await removeWorkDirectory(layout, executionId);
  }
  if (trustsAges) await removeExpiredJobs(deps);
  if (deps.cacheBytes !== undefined) await pruneStepCache(stepCacheDirectory(layout), deps.cacheBytes);
  await clearOrphans(deps, uploads);
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
