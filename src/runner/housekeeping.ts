import { readdir } from "node:fs/promises";
import { isFinished } from "../domain/job-state.ts";
import { removeWorkDirectory } from "../files/job-directory.ts";
import { pruneStepCache, stepCacheDirectory } from "../files/step-cache.ts";
import { removeVaultFile as removeVaultContent } from "../files/vault.ts";
import { findExecution } from "../store/executions.ts";
import { findJob, forgetIdempotencyKeys } from "../store/jobs.ts";
import { expiredVaultFiles, removeVaultFile } from "../store/vault.ts";
import { watchClock } from "./clock-watch.ts";
import { type RetentionDeps, removeExpiredJobs, removeOrphans } from "./retention.ts";
import { removeUnknownValues } from "./unknown-values.ts";

export type HousekeepingDeps = RetentionDeps & {
  /** What outputs of steps that are kept to be used again may take of the disk; undefined when nobody asks. */
  readonly cacheBytes?: number;
};

/** Scratch of a failed job stays this long, for whoever looks for the cause: a day. */
const failedWorkMilliseconds = 24 * 60 * 60 * 1000;
const everyMilliseconds = 60 * 60 * 1000;

/** Tidies now and every hour until it is disposed of: what nobody needs any more is removed, never what a job may need. */
export function startHousekeeping(deps: HousekeepingDeps): Disposable {
  const watch = watchClock(deps);
  const tidy = () => {
    tidyUp(deps, { trustsAges: watch.isSteady() }).catch((error) => deps.logger.error("Cannot tidy up", { error }));
  };
  tidy();
  const timer = setInterval(tidy, everyMilliseconds);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * Removes scratch directories that nobody needs, orphans, and what the cache holds beyond its bound; where ages can be
 * trusted also expired uploads that no job holds, expired idempotency keys, old scratch and old jobs.
 */
export async function tidyUp(deps: HousekeepingDeps, { trustsAges = true } = {}): Promise<void> {
  const { database, layout, clock } = deps;
  if (trustsAges) {
    await forgetIdempotencyKeys(database, clock.now());
    for (const file of await expiredVaultFiles(database, clock.now())) {
      if (await removeVaultFile(database, file.id)) await removeVaultContent(layout, file.id);
    }
  }
  for (const executionId of await readdir(layout.workDirectory)) {
    if (await isDue(deps, executionId, trustsAges)) await removeWorkDirectory(layout, executionId);
  }
  if (trustsAges) await removeExpiredJobs(deps);
  if (trustsAges) await removeUnknownValues(deps);
  if (deps.cacheBytes !== undefined) await pruneStepCache(stepCacheDirectory(layout), deps.cacheBytes);
  await removeOrphans(deps);
}

/** Scratch is due when its execution is unknown (its claim was never written), or its job ended well or long ago. */
async function isDue(
  { database, clock }: HousekeepingDeps,
  executionId: string,
  trustsAges: boolean,
): Promise<boolean> {
  const execution = await findExecution(database, executionId);
  if (execution === undefined) return true;
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
