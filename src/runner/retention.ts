import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { isFinished } from "../domain/job-state.ts";
import type { Logger } from "../domain/logger.ts";
import { removeJobFiles } from "../files/job-directory.ts";
import { removeKeptValues } from "../files/kept-values.ts";
import type { Layout } from "../files/layout.ts";
import { isStaleLink, ownerOfOutput } from "../files/orphans.ts";
import type { Database } from "../store/database.ts";
import { executionIdsOf } from "../store/executions.ts";
import { expiredJobs, idsWithFiles, removeJob } from "../store/expire-jobs.ts";
import { findJob } from "../store/jobs.ts";

export type RetentionDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a job is kept after its end; undefined for as long as nobody dismisses it. */
  readonly keptMilliseconds?: number;
};

/** Jobs, or names of files, that are looked at together. */
const batch = 200;

/** Removes jobs that ended longer ago than they are kept: first their rows, then their files. */
export async function removeExpiredJobs(deps: RetentionDeps): Promise<void> {
  const { database, layout, clock, keptMilliseconds } = deps;
  if (keptMilliseconds === undefined) return;
  const before = clock.now() - keptMilliseconds;
  for (;;) {
    const due = await expiredJobs(database, before, batch);
    let removed = 0;
    for (const jobId of due) {
      const executionIds = await executionIdsOf(database, jobId);
      if (!(await removeJob(database, jobId, before))) continue;
      removed += 1;
      await removeJobFiles(layout, { jobId, executionIds });
      await removeKeptValues(layout, jobId);
    }
    if (removed === 0) return;
    deps.logger.info("Removed jobs that had been kept long enough", { jobs: removed });
  }
}

/**
 * Removes published files that belong to no job (a crash came between the write that took the job away and the removal
 * of its files), and links of finished jobs that lead nowhere.
 */
export async function removeOrphans({ database, layout, logger }: RetentionDeps): Promise<void> {
  const names = (await readdir(layout.outputsDirectory)).flatMap((name) => {
    const id = ownerOfOutput(name);
    return id === undefined ? [] : [{ name, id }];
  });
  for (let from = 0; from < names.length; from += batch) {
    const part = names.slice(from, from + batch);
    const kept = await idsWithFiles(database, [...new Set(part.map(({ id }) => id))]);
    for (const { name, id } of part) {
      const path = join(layout.outputsDirectory, name);
      if (kept.has(id) && !(await staysStale(database, id, path))) continue;
      await rm(path, { recursive: true, force: true });
      logger.info("Removed what belongs to no job", { path });
    }
  }
}

/**
 * Tells whether a link leads nowhere and will go on so. Links of a job are made while it runs: what led nowhere a moment
 * ago may be a new one by now, so it is looked at again when the job is known to be over.
 */
async function staysStale(database: Database, jobId: string, path: string): Promise<boolean> {
  if (!(await isStaleLink(path))) return false;
  const job = await findJob(database, jobId);
  return (job === undefined || isFinished(job.status)) && (await isStaleLink(path));
}
