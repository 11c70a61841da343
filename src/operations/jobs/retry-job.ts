import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { jobMoves } from "../../domain/jobs/job-state.ts";
import { clientOf, isOwn, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import { whyUnsent } from "../../domain/processes/provider.ts";
import { withInputs } from "../../files/jobs/kept-values.ts";
import { retryJob as moveToRetry } from "../../store/jobs/retry-job.ts";
import { findProcessRevision } from "../../store/processes/processes.ts";
import { findProvider } from "../../store/processes/providers.ts";
import { findVaultFiles } from "../../store/uploads/vault.ts";
import { actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import type { QueueLimit } from "../submit/queue-limit.ts";
import { type QuotaDeps, requireTurn } from "../submit/quotas.ts";
import { linksOf, vaultPrefix } from "../uploads/references.ts";
import { type DismissDeps, readJob } from "./follow-jobs.ts";

/** What may be asked of a retry. */
export const RetryBodySchema = v.strictObject({
  /** Keeps the finished steps of a workflow. */
  fromFailed: v.optional(v.boolean("true or false"), false),
});
export type RetryRequest = v.InferOutput<typeof RetryBodySchema>;

export type RetryDeps = DismissDeps & QuotaDeps & { readonly queue: QueueLimit };

/**
 * Runs a failed or dismissed job again: the same inputs, the same revision of its process, a new attempt. Throws
 * `no-such-job`; `conflict` in another state, or while something of the last attempt is still being stopped;
 * `no-such-process` when its provider was removed; `gone` when an uploaded file that it needs is; `too-many-requests` when no more jobs may wait.
 */
export async function retryJob(
  deps: RetryDeps,
  principal: Principal,
  jobId: string,
  request: RetryRequest,
): Promise<Job> {
  const job = await readRetriable(deps, principal, jobId);
  await deps.queue.requirePlace();
  await requireTurn(deps, clientOf(job));
  const outcome = await moveToRetry(auditing(deps, actorOf(principal), "retry", { subject: jobId }), {
    jobId,
    moveId: deps.newId(),
    at: deps.clock.now(),
    message: request.fromFailed ? "Job accepted again, keeping its finished steps." : "Job accepted again.",
    keepsFinishedSteps: request.fromFailed,
    ...defined({ by: principal.user }),
  });
  if (outcome === "lost") {
    const detail = `Cannot retry job "${jobId}": its last attempt is still being stopped; try again later`;
    throw new Problem("conflict", detail);
  }
  deps.onMove?.({ move: "retry", job, to: "accepted" });
  if (job.request.statusDocument !== undefined) await deps.runner.publishStatus(jobId);
  const accepted = await readJob(deps, principal, jobId);
  deps.runner.wake(accepted);
  return accepted;
}

/**
 * Reads a job that can be retried. Throws `no-such-job`; `forbidden`; `conflict` in a state that none is retried from;
 * `no-such-process` when its provider was removed; `gone` when an uploaded file that it needs is.
 */
export async function readRetriable(deps: DismissDeps, principal: Principal, jobId: string): Promise<Job> {
  const job = await readJob(deps, principal, jobId);
  requireAction(
    principal,
    isOwn(principal, job.user) ? "execute" : "dismiss-all",
    `retry job "${jobId}"`,
    job.processId,
  );
  const states: readonly string[] = jobMoves.retry.from;
  if (!states.includes(job.status)) {
    const detail = `Cannot retry job "${jobId}": found status ${job.status}, wanted ${states.join(" or ")}`;
    throw new Problem("conflict", detail);
  }
  const why = await whyNotRetried(deps, job);
  if (why !== undefined) throw new Problem("no-such-process", `Cannot try job "${jobId}" again: ${why}`);
  const lack = await whyUploadsLack(deps, job);
  if (lack !== undefined) throw new Problem("gone", `Cannot try job "${jobId}" again: ${lack}`);
  return job;
}

/**
 * Words why a job of another server is not tried again: its provider was removed, or has another address now. Undefined for any
 * other job, and where nothing speaks against it.
 */
export async function whyNotRetried({ database }: Pick<RetryDeps, "database">, job: Job): Promise<string | undefined> {
  if (!job.isRemote) return undefined;
  const definition = (await findProcessRevision(database, job.processId, job.processRevision))?.definition;
  const server = definition?.kind === "remote" ? definition : job;
  const { providerId } = server;
  return providerId === undefined ? undefined : whyUnsent(server, await findProvider(database, providerId));
}

/** So many inputs are named. */
const namedInputs = 3;

/**
 * Words that uploads are gone which a job reads, by the inputs that they were given for, and what to do; undefined where all are there.
 * One that was dismissed holds none past their time, and what was removed by hand before it failed is gone for any.
 */
export async function whyUploadsLack(
  deps: Pick<RetryDeps, "database" | "layout">,
  job: Job,
): Promise<string | undefined> {
  const { request } = await withInputs(deps.layout, job);
  const uploads = Object.entries(request.inputs).flatMap(([input, given]) =>
    [given]
      .flat()
      .flatMap((item) => linksOf(item).flatMap(({ href }) => (href.startsWith(vaultPrefix) ? [{ input, href }] : []))),
  );
  const idOf = (href: string) => href.slice(vaultPrefix.length);
  const ids = new Set(uploads.map(({ href }) => idOf(href)));
  const found = await findVaultFiles(deps.database, [...ids]);
  const lacked = new Map<string, string>();
  for (const { input, href } of uploads) if (!lacked.has(input) && !found.has(idOf(href))) lacked.set(input, href);
  if (lacked.size === 0) return undefined;
  const named = [...lacked].slice(0, namedInputs).map(([input, href]) => `"${input}" (${href})`);
  const others = lacked.size > namedInputs ? ` and ${lacked.size - namedInputs} more` : "";
  const [whose, it] = lacked.size === 1 ? ["the upload of its input", "it"] : ["the uploads of its inputs", "them"];
  return `${whose} ${named.join(", ")}${others} ${lacked.size === 1 ? "is" : "are"} not there any more. Upload ${it} again, and run the process anew with the same inputs`;
}
