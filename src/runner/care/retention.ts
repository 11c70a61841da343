import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { removeJobFiles } from "../../files/jobs/job-directory.ts";
import { removeKeptValues } from "../../files/jobs/kept-values.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import { discardJob } from "../../store/jobs/dismiss-job.ts";
import { executionIdsOf } from "../../store/jobs/executions.ts";
import { expiredJobs, removeJob } from "../../store/jobs/expire-jobs.ts";
import { answeredJobs } from "../../store/jobs/hidden-jobs.ts";
import { forgetRemovals } from "../../store/jobs/removals.ts";
import { removeOldAudit } from "../../store/people/audit.ts";

export type RetentionDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a job is kept after its end; undefined for as long as nobody dismisses it. */
  readonly keptMilliseconds?: number;
  /** How long the audit is kept; for ever when undefined. */
  readonly auditMilliseconds?: number;
  /** How long what no row knows is kept after it was set aside. */
  readonly orphanDays: number;
  /** Tells whether a tool lives that an execution's scratch tells of, whatever the database knows. */
  readonly hasLivingTool: (executionId: string) => Promise<boolean>;
};

/** Jobs that are looked at together. */
const batch = 200;

/** How long results are kept that only the answer to a synchronous run links to, which nobody can dismiss: a day. */
export const answeredMilliseconds = 24 * 60 * 60 * 1000;

/** Removes the results of runs that are no jobs to their clients and were answered long ago: only their history stays. */
export async function removeAnsweredJobs({ database, layout, clock }: RetentionDeps): Promise<void> {
  const at = clock.now();
  for (;;) {
    const due = await answeredJobs(database, at - answeredMilliseconds, batch);
    for (const jobId of due) {
      // It is made once, whoever makes it: its id needs no drawing.
      const move = { jobId, moveId: `answered:${jobId}`, at, message: "Kept long enough for its answer, and removed." };
      if ((await discardJob(database, move)) === "lost") continue;
      await removeJobFiles(layout, { jobId, executionIds: await executionIdsOf(database, jobId) });
    }
    if (due.length < batch) return;
  }
}

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
      await forgetRemovals(database, [jobId, ...executionIds]);
    }
    if (removed === 0) return;
    deps.logger.info("Removed jobs that had been kept long enough", { jobs: removed });
  }
}

/** Lines of the audit that are removed by one write. */
const auditBatch = 500;

/** Removes lines of the audit that are older than it is kept. */
export async function removeExpiredAudit({ database, clock, auditMilliseconds }: RetentionDeps): Promise<void> {
  if (auditMilliseconds === undefined) return;
  const before = clock.now() - auditMilliseconds;
  while ((await removeOldAudit(database, before, auditBatch)) === auditBatch);
}
