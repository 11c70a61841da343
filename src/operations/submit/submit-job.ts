import { defined } from "../../domain/defined.ts";
import type { ChosenMode } from "../../domain/jobs/execution-mode.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import { clusterAccountOf } from "../../domain/people/cluster-accounts.ts";
import type { LocatedSubscriber } from "../../domain/people/subscriber.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Provider } from "../../domain/processes/provider.ts";
import type { Results } from "../../domain/values/values.ts";
import { keepInputs, removeKeptValues } from "../../files/jobs/kept-values.ts";
import { findJob, insertJob } from "../../store/jobs/jobs.ts";
import { sealSubscribers } from "../../store/jobs/outbox.ts";
import { keepRevision } from "../../store/processes/processes.ts";
import { sealHeaders } from "../../store/processes/providers.ts";
import { showJob } from "../jobs/hidden-jobs.ts";
import { type Waited, waitForEnd } from "../jobs/wait-for-job.ts";
import { type CheckedSubmission, checkSubmission } from "./check-submission.ts";
import { endAtOnce } from "./end-at-once.ts";
import { acceptedEvent, newJob } from "./new-job.ts";
import { queueIsFull, requireOutputRoom } from "./quotas.ts";
import {
  type CheckedJob,
  forwardedHeaders,
  type Submission,
  type SubmissionTarget,
  type SubmitDeps,
  type SubmitSettings,
  targetOf,
} from "./submission.ts";

/** What a submission ended in: a job to look at later, or one that ended within the wait. */
export type Submitted = {
  readonly kind: "created" | "finished";
  readonly job: Job;
  /** As they are kept, when the job ended and they need not be read. */
  readonly results?: Results;
  /** The wait of the client, when it was applied. */
  readonly waitSeconds?: number;
};

/**
 * Submits a job to a process, or to the process `submission.processId` of a provider, which is asked what it takes.
 * Durable when it returns. See `submitJobHandler` for what it throws, and `remote-failure`.
 */
export async function submitJob(
  deps: SubmitDeps,
  submission: Submission,
  reference: Process | Provider,
): Promise<Submitted> {
  return submitJobHandler(deps, submission, await targetOf(deps, submission, reference));
}

/**
 * Checks a submission as `submitJob` does, and neither stores nor runs anything. Throws what that throws for a request that
 * is not right.
 */
export async function checkJob(
  deps: SubmitDeps,
  submission: Submission,
  reference: Process | Provider,
): Promise<CheckedJob> {
  const { process } = await targetOf(deps, submission, reference);
  const { request, chosen, subscribers } = await checkSubmission(deps, submission, process);
  // How many wait is of the moment, and no matter of the request.
  await requireOutputRoom(deps, submission.principal);
  return { process, request, isSync: chosen.isSync, subscribers };
}

/**
 * Validates a submission, stores its job in one write, wakes the runner and, for a synchronous one, waits for the end
 * within the limit. Throws `invalid-parameter-value` with every fault, `idempotency-conflict` when the same
 * Idempotency-Key came with another body.
 */
export async function submitJobHandler(
  deps: SubmitDeps,
  submission: Submission,
  target: SubmissionTarget,
): Promise<Submitted> {
  const checked = await checkSubmission(deps, submission, target.process);
  await requireOutputRoom(deps, submission.principal);
  await deps.queue.requirePlace();
  const { chosen } = checked;
  const made = await makeJob(deps, submission, target, checked);
  const end = await endAtOnce(deps, submission, target, { ...checked, job: made });
  if (end !== undefined) return settled(deps, { kind: "finished", ...end }, chosen, submission.signal);
  const stored = await storeJob(deps, submission, target, { ...checked, job: made });
  return chosen.isSync ? waitedFor(deps, stored, chosen, submission.signal) : { kind: "created", job: stored.job };
}

type CheckedJobOf = CheckedSubmission & { readonly job: Job };

/** Makes the job of a submission. Its inputs are durable when they are too long for a row. */
async function makeJob(
  deps: SubmitDeps,
  submission: Submission,
  target: SubmissionTarget,
  checked: CheckedSubmission,
): Promise<Job> {
  const { request, chosen } = checked;
  const { statusDocument } = submission;
  const account = clusterAccountOf(deps.settings.clusterAccounts ?? [], submission.principal);
  const kept = {
    ...request,
    ...(account === undefined ? {} : { run: { ...request.run, account } }),
    ...(statusDocument === undefined ? {} : { statusDocument: { lineage: statusDocument.lineage } }),
  };
  const id = deps.newId();
  const held = await keepInputs(deps.layout, id, kept);
  const isHidden = chosen.isSync && isOnlyAnswered(deps.settings, submission, checked);
  return newJob({ id, at: deps.clock.now(), isSync: chosen.isSync, isHidden }, submission, target, held);
}

/** Stores the job of a submission and wakes the runner; gives the earlier one that came with the same Idempotency-Key. */
async function storeJob(
  deps: SubmitDeps,
  submission: Submission,
  target: SubmissionTarget,
  { job, chosen, vaultFileIds, idempotency, subscribers }: CheckedJobOf,
): Promise<{ readonly job: Job; readonly isNew: boolean }> {
  const { id } = job;
  const { statusDocument } = submission;
  if (target.provider !== undefined) await keepRevision(deps.database, target.process, job.createdAt);
  const maxQueued = deps.settings.quotas?.queued;
  const insertion = insertJob(deps.database, job, acceptedEvent(job), {
    vaultFileIds,
    ...defined({
      sealedHeaders: sealedHeaders(deps, id, forwardedHeaders(submission, target)),
      sealedSubscribers: sealedSubscribers(deps, id, subscribers),
      idempotency,
      maxQueued,
    }),
  });
  // The first version of a status document is there before the job runs.
  const claim = statusDocument?.isKept === true ? false : deps.runner.claimNew(job);
  const inserted = await insertion;
  if (inserted.kind !== "inserted" && job.request.inputsKeptAs !== undefined) await removeKeptValues(deps.layout, id);
  if (inserted.kind === "full")
    throw queueIsFull(clientOf(submission.principal), inserted.queued, maxQueued ?? inserted.queued);
  if (inserted.kind === "conflict") {
    const detail = `Cannot execute process "${job.processId}": found an earlier request with this Idempotency-Key and another body, wanted the same body or another key`;
    throw new Problem("idempotency-conflict", detail);
  }
  if (statusDocument?.isKept === true) {
    await deps.runner.publishStatus(inserted.kind === "existing" ? inserted.jobId : id);
  }
  const isNew = inserted.kind === "inserted";
  if (isNew) {
    deps.onMove?.({ move: "submit", job, to: "accepted" });
    const isClaimed = claim !== false && (await claim);
    if (!isClaimed) deps.runner.wake(job);
  }
  const current = isNew ? job : await existingJob(deps, inserted.jobId);
  return { job: chosen.isSync ? current : await showJob(deps, current), isNew };
}

/** Waits for the end of a synchronous run, within the limit and the client's own wish. */
async function waitedFor(
  deps: SubmitDeps,
  { job, isNew }: { readonly job: Job; readonly isNew: boolean },
  chosen: ChosenMode,
  signal: AbortSignal | undefined,
): Promise<Submitted> {
  const milliseconds = waitMilliseconds(deps.settings, chosen);
  return settled(deps, await waitForEnd(deps, job, { milliseconds, signal, isNew }), chosen, signal);
}

/** Tells how long the end of a synchronous run is waited for. */
function waitMilliseconds({ syncLimitMilliseconds: limit }: SubmitSettings, { waitSeconds }: ChosenMode): number {
  return waitSeconds === undefined ? limit : Math.min(limit, waitSeconds * 1000);
}

/** Tells what a wait ended in, when it was applied; whatever was not answered in it is a job. */
async function settled(
  deps: SubmitDeps,
  waited: Waited,
  { waitSeconds }: ChosenMode,
  signal: AbortSignal | undefined,
): Promise<Submitted> {
  // Nobody is there any more who could be answered, now or later: it is a job like any other.
  const isLeft = waited.kind === "created" || signal?.aborted === true;
  const end = isLeft ? { ...waited, job: await showJob(deps, waited.job) } : waited;
  // A wait that was cut was not applied.
  const limit = deps.settings.syncLimitMilliseconds;
  return waitSeconds !== undefined && waitSeconds * 1000 <= limit ? { ...end, waitSeconds } : end;
}

/**
 * Tells whether a synchronous run is no job unless it outlasts its wait. Who wants it told of, kept or written to a file
 * speaks of a job.
 */
function isOnlyAnswered(
  { syncJobs }: SubmitSettings,
  { statusDocument }: Submission,
  { request, subscribers }: CheckedSubmission,
): boolean {
  const isJob = subscribers.length > 0 || request.run?.isPinned === true || statusDocument?.isKept === true;
  return syncJobs === "never" && !isJob;
}

function sealedHeaders(
  { secretKey }: SubmitDeps,
  jobId: string,
  headers: Readonly<Record<string, string>>,
): string | undefined {
  return Object.keys(headers).length === 0 ? undefined : sealHeaders(secretKey, jobId, headers);
}

function sealedSubscribers(
  { secretKey }: SubmitDeps,
  jobId: string,
  located: readonly LocatedSubscriber[],
): string | undefined {
  const subscribers = located.map(({ subscriber }) => subscriber);
  return subscribers.length === 0 ? undefined : sealSubscribers(secretKey, jobId, subscribers);
}

async function existingJob(deps: SubmitDeps, jobId: string): Promise<Job> {
  const job = await findJob(deps.database, jobId);
  if (job === undefined) throw new Error(`Cannot find job "${jobId}" of an earlier request`);
  return job;
}
