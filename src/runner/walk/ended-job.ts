import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { StageName } from "../../domain/jobs/progress.ts";
import { type FinishMove, finishJob } from "../../store/jobs/jobs.ts";
import type { Claim, ExecuteDeps } from "../queue/claim.ts";
import { aroundCommit } from "./around-commit.ts";

/** Writes the end of a job, or hands it to whoever writes it. Resolves to false when the claim does not hold. */
export async function writeEnd(deps: ExecuteDeps, end: FinishMove): Promise<boolean> {
  if (deps.takeEnd !== undefined) return deps.takeEnd(end);
  // What other jobs recorded on their way is known to the database alone.
  const job = deps.isBuffered(deps.claim.job) ? undefined : endedJob(deps.claim, end);
  const isWritten = await aroundCommit(deps, stagesOf(end), () =>
    finishJob(deps.database, { ...end, ...defined({ job }) }),
  );
  if (isWritten) tellEnd(deps, deps.claim, end);
  return isWritten;
}

/** Tells of the end of a job that was written. */
export function tellEnd({ onMove }: Pick<ExecuteDeps, "onMove">, { job, startedAt }: Claim, end: FinishMove): void {
  const to = end.outcome.status;
  onMove?.({ move: to === "successful" ? "succeed" : "fail", job, to, milliseconds: end.at - startedAt });
}

/** Returns a job as it is after the write that ended it. Only for one of which nothing was recorded since its claim. */
export function endedJob({ job, executionId, attempt, fence, startedAt }: Claim, end: FinishMove): Job {
  const { outcome, progress, stage, message, at, waitedMilliseconds } = end;
  return {
    ...job,
    status: outcome.status,
    attempt,
    fence,
    executionId,
    progress,
    stage,
    message,
    startedAt,
    finishedAt: at,
    updatedAt: at,
    ...defined({ failure: outcome.failure, wpsId: outcome.wpsId, isFromCache: outcome.isFromCache }),
    ...defined({ waitedMilliseconds }),
  };
}

/** Lists the stages that are stored with a job's end. */
export function stagesOf({ events, stage }: FinishMove): readonly StageName[] {
  return events.map((event) => event.stage ?? stage);
}
