import { defined } from "../../domain/defined.ts";
import type { Execution, Job } from "../../domain/jobs/job.ts";
import { JOB_PROGRESS_EXECUTE_REQUEST, shownProgress, stages } from "../../domain/jobs/progress.ts";
import { composeNotifications, tellingEvent } from "../../domain/people/notification.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { forgetCrashes } from "../../files/crash-notes.ts";
import { removeExecutionOutputs, removeJobFiles, removeWorkDirectory } from "../../files/jobs/job-directory.ts";
import { mapLocations } from "../../files/jobs/map-locations.ts";
import { preparedFile } from "../../files/layout.ts";
import { checkpointsOf, endExecution, executionIdsOf, openExecutions } from "../../store/jobs/executions.ts";
import { adoptJob, finishJob, releaseJob } from "../../store/jobs/jobs.ts";
import type { Claim, RunnerDeps, WalkEnd } from "../queue/claim.ts";
import { wholeCheckpoints } from "../walk/checkpoints.ts";

type Found = { readonly execution: Execution; readonly job: Job };

/** A job that was in stages 1 to 8 at this many crashes of the server in a row is taken for their cause. */
const maxEarlyCrashes = 10;
/** A job that the server itself wrote down as what it was at when it went down is taken for the cause sooner. */
const maxNotedCrashes = 3;

/**
 * Looks at every execution without an end (or at one of them): those of unfinished jobs are adopted and given back as
 * claims to go on with, or released for a new attempt when nothing of them was prepared; all others are stopped.
 */
export async function recoverExecutions(deps: RunnerDeps, executionId?: string): Promise<readonly Claim[]> {
  const open = await openExecutions(deps.database);
  const chosen = executionId === undefined ? open : open.filter((found) => found.execution.id === executionId);
  const claims = await Promise.all(chosen.map((found) => recoverExecution(deps, found)));
  return claims.filter((claim) => claim !== undefined);
}

async function recoverExecution(deps: RunnerDeps, found: Found): Promise<Claim | undefined> {
  deps.activity.begin("Looking after what an earlier run of the server left", found.job.id);
  try {
    return await settleExecution(deps, found);
  } finally {
    deps.activity.end(found.job.id);
  }
}

async function settleExecution(deps: RunnerDeps, found: Found): Promise<Claim | undefined> {
  const { execution, job } = found;
  const isCurrent = job.status === "running" && job.executionId === execution.id;
  const cause = causeOfCrashes(deps, job);
  if (job.status === "failed" && job.executionId === execution.id) {
    await stopFailed(deps, found);
    return undefined;
  }
  if (!isCurrent && cause !== undefined) {
    // There is no job to fail any more: what is left of it stays where it is.
    deps.logger.error("Cannot stop what is left of a job", { jobId: job.id, executionId: execution.id, cause });
    return undefined;
  }
  if (!isCurrent) {
    await clearExecution(deps, { job, executionId: execution.id }, { kind: "lost", ...handleOf(execution) });
    return undefined;
  }
  if (cause !== undefined) {
    await failJob(deps, found, cause);
    forgetCrashes(deps.layout, job.id);
    return undefined;
  }
  if (execution.handle !== undefined && execution.outputPlan === undefined && (await mustFail(deps, job))) {
    await failJob(deps, found, "The server went down while this job ran, and its process says that it fails then");
    return undefined;
  }
  if (deps.isBuffered(job) && execution.handle === undefined && !(await hasPrepared(deps, execution.id))) {
    await release(deps, found);
    return undefined;
  }
  return adopt(deps, found);
}

/**
 * The one rule for jobs that bring the server down: tells why a job is given up, undefined when it is not. What the server
 * could write down before it went counts in each stage, every other end only while the job was being started.
 */
function causeOfCrashes({ crashNotes }: RunnerDeps, job: Job): string | undefined {
  const noted = crashNotes[job.id];
  if (noted !== undefined && noted.times >= maxNotedCrashes) {
    return `The server went down ${noted.times} times in a row while it was at this for the job: ${noted.doing}`;
  }
  if (job.earlyCrashes + 1 < maxEarlyCrashes || !isEarly(job)) return undefined;
  return `The server went down ${job.earlyCrashes + 1} times in a row while it started this job`;
}

function handleOf(execution: Execution): { readonly handle?: JsonObject } {
  return defined({ handle: execution.handle });
}

function isEarly(job: Job): boolean {
  return job.stage === undefined || stages[job.stage].percent <= JOB_PROGRESS_EXECUTE_REQUEST;
}

function hasPrepared(deps: RunnerDeps, executionId: string): Promise<boolean> {
  return Bun.file(preparedFile(deps.layout, executionId)).exists();
}

async function adopt(deps: RunnerDeps, { execution, job }: Found): Promise<Claim | undefined> {
  const at = deps.clock.now();
  const moved = await adoptJob(deps.database, { jobId: job.id, moveId: deps.newId(), at, countsAsCrash: isEarly(job) });
  if (moved === undefined) return undefined;
  deps.onMove?.({ move: "adopt", job, to: "running" });
  return {
    job,
    executionId: execution.id,
    attempt: execution.attempt,
    fence: moved.fence,
    startedAt: execution.startedAt,
    isAdopted: true,
    recorded: execution,
    checkpoints: await wholeCheckpoints(deps.layout, await checkpointsOf(deps.database, execution.id)),
  };
}

/** Nothing of the execution was prepared, so nothing ran: the job waits for a new attempt. */
async function release(deps: RunnerDeps, { execution, job }: Found): Promise<void> {
  const at = deps.clock.now();
  const message = "Waiting for a new attempt after a restart of the server";
  const event = { at, kind: "status", status: "accepted", progress: job.progress, message } as const;
  const move = { jobId: job.id, fence: job.fence, moveId: deps.newId(), at, event, countsAsCrash: true };
  if (!(await releaseJob(deps.database, move))) return;
  deps.onMove?.({ move: "release", job, to: "accepted" });
  await removeExecutionOutputs(deps.layout, execution.id);
  await removeWorkDirectory(deps.layout, execution.id);
}

async function mustFail(deps: RunnerDeps, job: Job): Promise<boolean> {
  const process = await deps.processOf(job.processId, job.processRevision);
  return process?.description.heddle?.restart === "fail";
}

/** Ends a job that is not taken up again, and stops what is left of it. */
async function failJob(deps: RunnerDeps, { execution, job }: Found, message: string): Promise<void> {
  const at = deps.clock.now();
  const failure = { message, ...defined({ stage: job.stage }) };
  const percent = shownProgress(job.progress, "monitorError", true);
  const stage = {
    at,
    kind: "stage",
    status: "running",
    stage: "monitorError",
    progress: percent,
    message,
    failure,
  } as const;
  const end = { at, kind: "status", status: "failed", progress: percent, message, failure } as const;
  const told = composeNotifications(job, "failed", deps.newId);
  const isWritten = await finishJob(deps.database, {
    jobId: job.id,
    executionId: execution.id,
    fence: job.fence,
    moveId: deps.newId(),
    at,
    outcome: { status: "failed", results: {}, failure },
    progress: percent,
    stage: "monitorError",
    message,
    events: [stage, end],
    notifications: tellingEvent(told, 1),
    executionEnded: false,
  });
  if (isWritten) deps.onMove?.({ move: "fail", job, to: "failed", milliseconds: at - execution.startedAt });
  if (isWritten && told.length > 0) deps.wakeNotifier();
  await stopFailed(deps, { execution, job });
}

/** Stops what is left of a job that failed without having ended; its log is mapped and its scratch stays a while. */
async function stopFailed(deps: RunnerDeps, { execution, job }: Found): Promise<void> {
  const engine = await deps.engineOfHandle(job);
  if (execution.handle !== undefined) {
    await engine?.dismiss(execution.handle);
    await engine?.cleanup(execution.handle);
  }
  const mapped = { id: job.id, executionId: execution.id, results: {} };
  if (deps.isBuffered(job)) await mapLocations(mapped, { outputsDirectory: deps.layout.outputsDirectory });
  await endExecution(deps.database, execution.id, deps.clock.now());
}

/**
 * Ends what a walk left: after its end was written the scratch files go (a failed job's stay a while); after a
 * dismissal everything is stopped, then all its files go. `endedAt` is set when what ran is proved gone.
 */
export async function clearExecution(
  deps: RunnerDeps,
  what: { readonly job: Job; readonly executionId: string },
  end: WalkEnd,
): Promise<void> {
  if (end.kind === "left") return;
  const engine = await deps.engineOfHandle(what.job);
  if (end.kind === "finished") {
    if (end.handle !== undefined) await engine?.cleanup(end.handle);
    const isDone = deps.isBuffered(what.job) && end.status === "successful";
    if (!isDone) return;
    const kept = what.job.resumeFrom === undefined ? [] : await executionIdsOf(deps.database, what.job.id);
    for (const id of new Set([what.executionId, ...kept])) await removeWorkDirectory(deps.layout, id);
    return;
  }
  if (end.handle !== undefined) {
    const held = await checkpointsOf(deps.database, what.executionId);
    await engine?.dismiss(end.handle, await wholeCheckpoints(deps.layout, held));
    await engine?.cleanup(end.handle);
  }
  const isCurrent = what.job.executionId === undefined || what.job.executionId === what.executionId;
  if (isCurrent) {
    const keepsStatus = what.job.request.statusDocument !== undefined;
    await removeJobFiles(deps.layout, { jobId: what.job.id, executionIds: [what.executionId], keepsStatus });
  } else {
    // The job's links lead to another execution's files.
    await removeExecutionOutputs(deps.layout, what.executionId);
    await removeWorkDirectory(deps.layout, what.executionId);
  }
  // Last: from now on the job may be retried, and would meet what is removed here.
  await endExecution(deps.database, what.executionId, deps.clock.now());
}
