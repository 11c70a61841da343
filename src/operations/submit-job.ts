import { defined } from "../domain/defined.ts";
import type { Job, JobRequest } from "../domain/job.ts";
import { Problem } from "../domain/problem.ts";
import type { Process } from "../domain/process.ts";
import type { Provider } from "../domain/provider.ts";
import type { LocatedSubscriber } from "../domain/subscriber.ts";
import { keepInputs, removeKeptValues } from "../files/kept-values.ts";
import { findJob, insertJob } from "../store/jobs.ts";
import { sealSubscribers } from "../store/outbox.ts";
import { keepRevision } from "../store/processes.ts";
import { sealHeaders } from "../store/providers.ts";
import { checkSubmission } from "./check-submission.ts";
import { showJob } from "./hidden-jobs.ts";
import { acceptedEvent, newJob } from "./new-job.ts";
import { queueIsFull, requireOutputRoom } from "./quotas.ts";
import { type CheckedJob, type Submission, type SubmitDeps, type SubmitRequest, submissionOf } from "./submission.ts";
import { waitForEnd } from "./wait-for-job.ts";

/** What a submission ended in: a job to look at later, or one that ended within the wait. */
export type Submitted = {
  readonly kind: "created" | "finished";
  readonly job: Job;
  /** The wait of the client, when it was applied. */
  readonly waitSeconds?: number;
};

/**
 * Submits a job to a process, or to the process `request.processId` of a provider, which is asked what it takes.
 * Durable when it returns. See `submitJobHandler` for what it throws, and `remote-failure`.
 */
export async function submitJob(
  deps: SubmitDeps,
  request: SubmitRequest,
  reference: Process | Provider,
  tags: readonly string[] = [],
): Promise<Submitted> {
  return submitJobHandler(deps, await submissionOf(deps, request, reference, tags));
}

/**
 * Checks a submission as `submitJob` does, and neither stores nor runs anything. Throws what that throws for a request that
 * is not right.
 */
export async function checkJob(
  deps: SubmitDeps,
  request: SubmitRequest,
  reference: Process | Provider,
): Promise<CheckedJob> {
  const submission = await submissionOf(deps, request, reference, []);
  const { request: understood, chosen, subscribers } = await checkSubmission(deps, submission);
  return { process: submission.process, request: understood, isSync: chosen.isSync, subscribers };
}

/**
 * Validates a submission, stores its job in one write, wakes the runner and, for a synchronous one, waits for the end
 * within the limit. Throws `invalid-parameter-value` with every fault, `idempotency-conflict` when the same
 * Idempotency-Key came with another body.
 */
export async function submitJobHandler(deps: SubmitDeps, submission: Submission): Promise<Submitted> {
  const { process } = submission;
  const { request, chosen, vaultFileIds, idempotency, subscribers } = await checkSubmission(deps, submission);
  await requireOutputRoom(deps, submission.principal);
  await deps.queue.requirePlace();
  const { statusDocument } = submission;
  const kept =
    statusDocument === undefined ? request : { ...request, statusDocument: { lineage: statusDocument.lineage } };
  const id = deps.newId();
  const held = await keepInputs(deps.layout, id, kept);
  const isHidden = chosen.isSync && isOnlyAnswered(submission, request, subscribers);
  const job = newJob({ id, at: deps.clock.now() }, submission, held, chosen.isSync, isHidden);
  if (submission.providerId !== undefined) await keepRevision(deps.database, process, deps.clock.now());
  const maxQueued = deps.settings.quotas?.queued;
  const forwarded = submission.auth?.forwarded ?? {};
  const sealedHeaders =
    Object.keys(forwarded).length === 0 ? undefined : sealHeaders(deps.secretKey, job.id, forwarded);
  const inserted = await insertJob(deps.database, job, acceptedEvent(job), {
    vaultFileIds,
    ...defined({ sealedHeaders }),
    ...(subscribers.length === 0 ? {} : { sealedSubscribers: sealedOf(deps, job.id, subscribers) }),
    ...defined({ idempotency, maxQueued }),
  });
  if (inserted.kind !== "inserted" && held.inputsKeptAs !== undefined) await removeKeptValues(deps.layout, id);
  if (inserted.kind === "full") throw queueIsFull(submission.client, inserted.queued, maxQueued ?? inserted.queued);
  if (inserted.kind === "conflict") {
    const detail = `Cannot execute process "${process.id}": found an earlier request with this Idempotency-Key and another body, wanted the same body or another key`;
    throw new Problem("idempotency-conflict", detail);
  }
  if (statusDocument?.isKept === true) {
    await deps.runner.publishStatus(inserted.kind === "existing" ? inserted.jobId : job.id);
  }
  if (inserted.kind === "inserted") deps.runner.wake(job);
  const current = inserted.kind === "inserted" ? job : await existingJob(deps, inserted.jobId);
  if (!chosen.isSync) return { kind: "created", job: await showJob(deps, current) };
  const limit = submission.settings.syncLimitMilliseconds;
  const own = chosen.waitSeconds === undefined ? limit : Math.min(limit, chosen.waitSeconds * 1000);
  const waited = await waitForEnd(deps, current, own, submission.signal);
  // Nobody is there any more who could be answered, now or later: it is a job like any other.
  const isLeft = waited.kind === "created" || submission.signal?.aborted === true;
  const end = isLeft ? { ...waited, job: await showJob(deps, waited.job) } : waited;
  // A wait that was cut was not applied.
  const isApplied = chosen.waitSeconds !== undefined && chosen.waitSeconds * 1000 <= limit;
  return isApplied ? { ...end, waitSeconds: chosen.waitSeconds } : end;
}

/**
 * Tells whether a synchronous run is no job unless it outlasts its wait. Who wants it told of, kept or written to a file
 * speaks of a job.
 */
function isOnlyAnswered(
  { settings, statusDocument }: Submission,
  { run }: JobRequest,
  subscribers: readonly LocatedSubscriber[],
): boolean {
  const isJob = subscribers.length > 0 || run?.isPinned === true || statusDocument?.isKept === true;
  return settings.syncJobs === "never" && !isJob;
}

function sealedOf({ secretKey }: SubmitDeps, jobId: string, subscribers: readonly LocatedSubscriber[]): string {
  return sealSubscribers(
    secretKey,
    jobId,
    subscribers.map(({ subscriber }) => subscriber),
  );
}

async function existingJob(deps: SubmitDeps, jobId: string): Promise<Job> {
  const job = await findJob(deps.database, jobId);
  if (job === undefined) throw new Error(`Cannot find job "${jobId}" of an earlier request`);
  return job;
}
