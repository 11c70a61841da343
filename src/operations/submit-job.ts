import type { Principal } from "../domain/access.ts";
import type { Clock } from "../domain/clock.ts";
import { type ExecutionMode, readExecution } from "../domain/execution.ts";
import { chooseMode, type Preferences } from "../domain/execution-mode.ts";
import type { Job, JobRequest, StatusDocumentRequest } from "../domain/job.ts";
import { canonicalJson, isJsonObject } from "../domain/json.ts";
import { type Fault, Problem } from "../domain/problem.ts";
import type { Process, ProcessDescription } from "../domain/process.ts";
import type { Provider } from "../domain/provider.ts";
import type { LocatedSubscriber } from "../domain/subscriber.ts";
import { createInputCheck, type InputCheck, type InputChecks } from "../engines/input-check.ts";
import type { Gate } from "../net/fetch.ts";
import type { Database } from "../store/database.ts";
import { findJob, type Idempotency, insertJob } from "../store/jobs.ts";
import { sealSubscribers } from "../store/outbox.ts";
import { keepRevision } from "../store/processes.ts";
import { sealHeaders } from "../store/providers.ts";
import type { SecretKey } from "../store/seal.ts";
import { requireAction } from "./guard.ts";
import { acceptedEvent, type JobOrigin, languageOf, newJob } from "./new-job.ts";
import type { QueueLimit } from "./queue-limit.ts";
import { checkReferences, type VaultToken } from "./references.ts";
import type { RemoteProcesses } from "./remote-processes.ts";
import { digestOf } from "./secrets.ts";
import { checkSubscribers } from "./subscribers.ts";
import { waitForEnd } from "./wait-for-job.ts";

/** How operations reach the runner. A lost wake is harmless: the runner also looks by itself. */
export type RunnerPort = {
  /** Tells of an accepted job, handed over so that it need not be read again. */
  wake(job?: Job): void;
  /** Stops what runs for a job that was dismissed. */
  stop(jobId: string): void;
  /** Writes the status document of a job, and from then on again after each of its stages. */
  publishStatus(jobId: string): Promise<void>;
  /** Tells that a write took notifications along. A lost call is harmless as well. */
  notify(): void;
};

export type SubmitSettings = {
  /** The longest wait of a synchronous execution. */
  readonly syncLimitMilliseconds: number;
  /** Absolute directories below which `file:` inputs may lie. */
  readonly inputRoots: readonly string[];
  /** A server for mails is configured. */
  readonly sendsMail: boolean;
  /** Whom mails may go to; anybody when empty. */
  readonly mailTo: readonly string[];
};

export type SubmitDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** Draws a UUID. */
  readonly newId: () => string;
  readonly runner: RunnerPort;
  readonly inputChecks: InputChecks;
  readonly remotes: RemoteProcesses;
  /** Tells which callbacks it would refuse. */
  readonly gate: Pick<Gate, "refuses">;
  /** Seals the headers that go along to providers, and the addresses of subscribers. */
  readonly secretKey: SecretKey;
  readonly queue: QueueLimit;
  /** Ends the waiting of synchronous requests, not their jobs. */
  readonly stopping: AbortSignal;
  readonly settings: SubmitSettings;
};

/** An execution request as the edge read it. Only `body` is not yet validated. */
export type SubmitRequest = {
  readonly principal: Principal;
  readonly headers: {
    readonly prefer: Preferences;
    readonly acceptLanguage?: string;
    readonly idempotencyKey?: string;
    readonly vaultTokens: readonly VaultToken[];
    /** All headers by their names in lower case: a provider may want some of them sent on. */
    readonly all?: Readonly<Record<string, string>>;
  };
  /** Which process, when the reference is a provider. */
  readonly processId?: string;
  readonly query: { readonly tags?: string };
  readonly body: unknown;
  /** For WPS 1.0: the response document; `isKept` when it is in its file before this returns. */
  readonly statusDocument?: StatusDocumentRequest & { readonly isKept: boolean };
  /** Where the service is found from outside, without a slash at the end. */
  readonly serviceUrl: string;
  /** Throws when the caller could not take the answer; asked before anything is stored. */
  readonly requireAnswer?: (checked: CheckedJob) => void;
  /** Ends the waiting of a synchronous request, not the job. */
  readonly signal?: AbortSignal;
};

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

/** What a submission was understood as. */
export type CheckedJob = {
  readonly process: Process;
  readonly request: JobRequest;
  readonly isSync: boolean;
  readonly subscribers: readonly LocatedSubscriber[];
};

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

/** Throws `forbidden`, and `remote-failure` when the provider cannot tell what the process takes. */
async function submissionOf(
  deps: SubmitDeps,
  request: SubmitRequest,
  reference: Process | Provider,
  tags: readonly string[],
): Promise<Submission> {
  const provider = "definition" in reference ? undefined : reference;
  const named = "definition" in reference ? reference.id : (request.processId ?? "");
  requireAction(request.principal, "execute", `execute process "${named}"`);
  const process = "definition" in reference ? reference : await deps.remotes.describe(reference, named);
  const asked = (request.query.tags ?? "").split(",").map((tag) => tag.trim());
  const language = languageOf(request.headers.acceptLanguage);
  return {
    payload: request.body,
    settings: deps.settings,
    serviceUrl: request.serviceUrl,
    process,
    processId: process.id,
    isWorkflow: process.isWorkflow,
    isLocal: process.definition.kind !== "remote",
    visibility: process.visibility,
    auth: {
      vaultTokens: request.headers.vaultTokens,
      forwarded: forwardedHeaders(provider, request.headers.all ?? {}),
    },
    ...(provider === undefined ? {} : { providerId: provider.id }),
    tags: [...asked.filter((tag) => tag !== ""), ...tags],
    principal: request.principal,
    prefer: request.headers.prefer,
    ...(language === undefined ? {} : { language }),
    ...(request.principal.user === undefined ? {} : { user: request.principal.user }),
    ...(request.headers.idempotencyKey === undefined ? {} : { idempotencyKey: request.headers.idempotencyKey }),
    ...(request.statusDocument === undefined ? {} : { statusDocument: request.statusDocument }),
    ...(request.requireAnswer === undefined ? {} : { requireAnswer: request.requireAnswer }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

/** Of a caller's headers only those that the provider lists go along. */
function forwardedHeaders(
  provider: Provider | undefined,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const wanted = provider?.forwardHeaders ?? [];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted.includes(name)));
}

/** What a job is made of; only `payload` is not yet validated. */
export type Submission = JobOrigin & {
  readonly payload: unknown;
  readonly settings: SubmitSettings;
  readonly serviceUrl: string;
  readonly visibility?: "public" | "private";
  readonly auth?: {
    readonly vaultTokens: readonly VaultToken[];
    /** Headers for the provider. */
    readonly forwarded?: Readonly<Record<string, string>>;
  };
  readonly principal: Principal;
  readonly prefer: Preferences;
  readonly idempotencyKey?: string;
  readonly statusDocument?: StatusDocumentRequest & { readonly isKept: boolean };
  readonly requireAnswer?: (checked: CheckedJob) => void;
  readonly signal?: AbortSignal;
};

/**
 * Validates a submission, stores its job in one write, wakes the runner and, for a synchronous one, waits for the end
 * within the limit. Throws `invalid-parameter-value` with every fault, `idempotency-conflict` when the same
 * Idempotency-Key came with another body.
 */
export async function submitJobHandler(deps: SubmitDeps, submission: Submission): Promise<Submitted> {
  const { process } = submission;
  const { request, chosen, vaultFileIds, idempotency, subscribers } = await checkSubmission(deps, submission);
  await deps.queue.requirePlace();
  const { statusDocument } = submission;
  const kept =
    statusDocument === undefined ? request : { ...request, statusDocument: { lineage: statusDocument.lineage } };
  const job = newJob({ id: deps.newId(), at: deps.clock.now() }, submission, kept, chosen.isSync);
  if (submission.providerId !== undefined) await keepRevision(deps.database, process, deps.clock.now());
  const forwarded = submission.auth?.forwarded ?? {};
  const sealedHeaders =
    Object.keys(forwarded).length === 0 ? undefined : sealHeaders(deps.secretKey, job.id, forwarded);
  const inserted = await insertJob(deps.database, job, acceptedEvent(job), {
    vaultFileIds,
    ...(sealedHeaders === undefined ? {} : { sealedHeaders }),
    ...(subscribers.length === 0 ? {} : { sealedSubscribers: sealedOf(deps, job.id, subscribers) }),
    ...(idempotency === undefined ? {} : { idempotency }),
  });
  if (inserted.kind === "conflict") {
    const detail = `Cannot execute process "${process.id}": found an earlier request with this Idempotency-Key and another body, wanted the same body or another key`;
    throw new Problem("idempotency-conflict", detail);
  }
  if (statusDocument?.isKept === true) {
    await deps.runner.publishStatus(inserted.kind === "existing" ? inserted.jobId : job.id);
  }
  if (inserted.kind === "inserted") deps.runner.wake(job);
  const current = inserted.kind === "inserted" ? job : await existingJob(deps, inserted.jobId);
  if (!chosen.isSync) return { kind: "created", job: current };
  const limit = submission.settings.syncLimitMilliseconds;
  const own = chosen.waitSeconds === undefined ? limit : Math.min(limit, chosen.waitSeconds * 1000);
  const end = await waitForEnd(deps, current, own, submission.signal);
  return { ...end, ...(chosen.waitSeconds === undefined ? {} : { waitSeconds: chosen.waitSeconds }) };
}

/** Reads and checks all of a submission. Throws `invalid-parameter-value` with every fault. */
async function checkSubmission(deps: SubmitDeps, submission: Submission) {
  const { process, payload, prefer, principal } = submission;
  const faults: Fault[] = [];
  const { mode, request, subscribers } = collectFaults(
    payload,
    process.description,
    deps.inputChecks.of(process),
    faults,
  );
  const { chosen, fault } = chooseMode(mode, prefer, process.description);
  if (fault !== undefined) faults.push(fault);
  const vaultFileIds = await checkReferences(
    { database: deps.database, clock: deps.clock, inputRoots: submission.settings.inputRoots },
    { inputs: request.inputs, principal, tokens: submission.auth?.vaultTokens ?? [] },
    faults,
  );
  checkSubscribers({ gate: deps.gate, ...submission.settings }, subscribers, faults);
  const idempotency = idempotencyOf(deps, submission, faults);
  refuseFaults(process.description, faults);
  submission.requireAnswer?.({ process, request, isSync: chosen.isSync, subscribers });
  return { request, chosen, vaultFileIds, idempotency, subscribers };
}

/** What an execution request asks for, once it was found right. */
export type JobParameters = {
  readonly mode: ExecutionMode;
  readonly request: JobRequest;
  readonly subscribers: readonly LocatedSubscriber[];
};

/**
 * Validates an execution request against the description of its process: `mode`, `response`, `transmissionMode`, ids,
 * occurrences and values. Throws `invalid-parameter-value` with every fault: a JSON pointer, what was found, what was
 * wanted. `check` knows which inputs are files; without it, values are checked by their schemas alone.
 */
export function validateJobParameters(
  payload: unknown,
  description: ProcessDescription,
  check: InputCheck = createInputCheck({ description, fileInputs: [] }),
): JobParameters {
  const faults: Fault[] = [];
  const parameters = collectFaults(payload, description, check, faults);
  const { fault } = chooseMode(parameters.mode, { respondAsync: false }, description);
  refuseFaults(description, fault === undefined ? faults : [...faults, fault]);
  return parameters;
}

function collectFaults(
  payload: unknown,
  description: ProcessDescription,
  check: InputCheck,
  faults: Fault[],
): JobParameters {
  const { execution, faults: ofForm } = readExecution(payload, description);
  faults.push(...ofForm);
  for (const { inputId, item, pointer } of execution.items) faults.push(...check.item(inputId, item, pointer));
  return execution;
}

function refuseFaults(description: ProcessDescription, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const all = faults.map((fault) => `${fault.pointer === "" ? "the body" : fault.pointer}: ${fault.detail}`).join("; ");
  throw new Problem("invalid-parameter-value", `Cannot execute process "${description.id}": ${all}`, { faults });
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

/** How long a key is remembered; 24 hours. */
const idempotencyMilliseconds = 24 * 3600 * 1000;

function idempotencyOf(deps: SubmitDeps, submission: Submission, faults: Fault[]): Idempotency | undefined {
  const { idempotencyKey: key, payload } = submission;
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    faults.push({ pointer: "header Idempotency-Key", detail: "found other characters, wanted 1 to 255 visible ones" });
    return undefined;
  }
  return {
    principal: submission.user === undefined ? "anonymous" : `user:${submission.user}`,
    key,
    bodyDigest: digestOf(isJsonObject(payload) ? canonicalJson(payload) : ""),
    expiresAt: deps.clock.now() + idempotencyMilliseconds,
  };
}
