import { readdir } from "node:fs/promises";
import type { Clock } from "../domain/clock.ts";
import { isFinished } from "../domain/job-state.ts";
import type { Logger } from "../domain/logger.ts";
import { removeWorkDirectory } from "../files/job-directory.ts";
import type { Layout } from "../files/layout.ts";
import { removeVaultFile as removeVaultContent } from "../files/vault.ts";
import type { Database } from "../store/database.ts";
import { findExecution } from "../store/executions.ts";
import { findJob, forgetIdempotencyKeys } from "../store/jobs.ts";
import { expiredVaultFiles, removeVaultFile } from "../store/vault.ts";

export type HousekeepingDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** Scratch of a failed job stays this long, for whoever looks for the cause: a day. */
const failedWorkMilliseconds = 24 * 60 * 60 * 1000;
const everyMilliseconds = 60 * 60 * 1000;

/** Tidies now and every hour until it is disposed of: what nobody needs any more is removed, never what a job may need. */
export function startHousekeeping(deps: HousekeepingDeps): Disposable {
  const tidy = () => {
    tidyUp(deps).catch((error) => deps.logger.error("Cannot tidy up", { error }));
  };
  tidy();
  const timer = setInterval(tidy, everyMilliseconds);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Removes expired uploads that no job holds, expired idempotency keys, and scratch directories that are due. */
export async function tidyUp(deps: HousekeepingDeps): Promise<void> {
  const { database, layout, clock } = deps;
  await forgetIdempotencyKeys(database, clock.now());
  for (const file of await expiredVaultFiles(database, clock.now())) {
    if (await removeVaultFile(database, file.id)) await removeVaultContent(layout, file.id);
  }
  for (const executionId of await readdir(layout.workDirectory)) {
    if (await isDue(deps, executionId)) await removeWorkDirectory(layout, executionId);
  }
}

/** Scratch is due when its execution is unknown (its claim was never written), or its job ended well or long ago. */
async function isDue({ database, clock }: HousekeepingDeps, executionId: string): Promise<boolean> {
  const execution = await findExecution(database, executionId);
  if (execution === undefined) return true;
  if (execution.endedAt === undefined) return false;
  const job = await findJob(database, execution.jobId);
  if (job === undefined || job.executionId !== executionId || job.status === "dismissed") return true;
  if (!isFinished(job.status)) return false;
  return job.status === "successful" || clock.now() - execution.endedAt >= failedWorkMilliseconds;
}
