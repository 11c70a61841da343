import { defined } from "../../domain/defined.ts";
import type { Job, JobEnd } from "../../domain/jobs/job.ts";
import { clientOf } from "../../domain/people/access.ts";
import { itemsOf } from "../../domain/values/values.ts";
import { linksOf } from "../uploads/references.ts";
import type { CheckedSubmission } from "./check-submission.ts";
import { acceptedEvent } from "./new-job.ts";
import { queueIsFull } from "./quotas.ts";
import type { Submission, SubmissionTarget, SubmitDeps } from "./submission.ts";

/**
 * Runs the job of a synchronous submission before it is written, and writes it with its end, when it may and ends at once.
 * Undefined when it is to be written first. Throws `too-many-requests` when so many of its client wait.
 */
export async function endAtOnce(
  { runner, settings }: Pick<SubmitDeps, "runner" | "settings">,
  submission: Submission,
  { process }: SubmissionTarget,
  checked: CheckedSubmission & { readonly job: Job },
): Promise<JobEnd | undefined> {
  const { job } = checked;
  const waits = settings.syncLimitMilliseconds > 0 && checked.chosen.waitSeconds !== 0;
  if (!checked.chosen.isSync || !waits || isToldOf(submission, checked) || needsFiles(checked)) return undefined;
  const maxQueued = settings.quotas?.queued;
  const ran = await runner.runAtOnce({ job, process, accepted: acceptedEvent(job), ...defined({ maxQueued }) });
  if (ran?.kind === "full") throw queueIsFull(clientOf(job), ran.queued, maxQueued ?? ran.queued);
  return ran?.end;
}

/** Checks whether somebody learns of the job otherwise than by the answer. */
function isToldOf({ statusDocument }: Submission, { idempotency, subscribers }: CheckedSubmission): boolean {
  return idempotency !== undefined || subscribers.length > 0 || statusDocument?.isKept === true;
}

/** Checks whether the inputs are files, here or elsewhere: what is done for them is not done twice. */
function needsFiles({ job, vaultFileIds }: CheckedSubmission & { readonly job: Job }): boolean {
  const { inputs, inputsKeptAs } = job.request;
  const isReferenced = Object.values(inputs)
    .flatMap(itemsOf)
    .some((item) => linksOf(item).length > 0);
  return isReferenced || vaultFileIds.length > 0 || inputsKeptAs !== undefined;
}
