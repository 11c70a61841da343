import { clientOf, type Principal, type WishBounds } from "../domain/access.ts";
import type { Activity } from "../domain/activity.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import type { Preferences } from "../domain/execution-mode.ts";
import type { JobRequest, StatusDocumentRequest } from "../domain/job.ts";
import { isJsonObject } from "../domain/json.ts";
import type { Process } from "../domain/process.ts";
import type { Provider } from "../domain/provider.ts";
import type { LocatedSubscriber } from "../domain/subscriber.ts";
import type { InputChecks } from "../engines/input-check.ts";
import type { Layout } from "../files/layout.ts";
import type { Gate } from "../net/fetch.ts";
import type { Database } from "../store/database.ts";
import type { SecretKey } from "../store/seal.ts";
import { requireAction } from "./guard.ts";
import { type JobOrigin, languageOf } from "./new-job.ts";
import type { QueueLimit } from "./queue-limit.ts";
import type { Quotas } from "./quotas.ts";
import type { VaultToken } from "./references.ts";
import type { RemoteProcesses } from "./remote-processes.ts";
import type { RunnerPort } from "./runner-port.ts";

export type SubmitSettings = {
  /** The longest wait of a synchronous execution. */
  readonly syncLimitMilliseconds: number;
  /** Absolute directories below which `file:` inputs may lie. */
  readonly inputRoots: readonly string[];
  /** A server for mails is configured. */
  readonly sendsMail: boolean;
  /** Whom mails may go to; anybody when empty. */
  readonly mailTo: readonly string[];
  /** What each role may wish for its jobs; the table of domain/access.ts when undefined. */
  readonly wishBounds?: WishBounds;
  readonly quotas?: Quotas;
  /** Whether a synchronous execution is a job when it ends within its wait; always when undefined. */
  readonly syncJobs?: "always" | "never";
};

export type SubmitDeps = {
  readonly database: Database;
  readonly layout: Layout;
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
  readonly activity: Activity;
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
  /** Times are literals of XML Schema, which writes them in more ways. */
  readonly takesXsdTimes?: boolean;
  /** Where the service is found from outside, without a slash at the end. */
  readonly serviceUrl: string;
  /** Throws when the caller could not take the answer; asked before anything is stored. */
  readonly requireAnswer?: (checked: CheckedJob) => void;
  /** Ends the waiting of a synchronous request, not the job. */
  readonly signal?: AbortSignal;
};

/** What a submission was understood as. */
export type CheckedJob = {
  readonly process: Process;
  readonly request: JobRequest;
  readonly isSync: boolean;
  readonly subscribers: readonly LocatedSubscriber[];
};

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
  readonly takesXsdTimes?: boolean;
  readonly statusDocument?: StatusDocumentRequest & { readonly isKept: boolean };
  readonly requireAnswer?: (checked: CheckedJob) => void;
  readonly signal?: AbortSignal;
};

/** Reads a request as a submission. Throws `forbidden`, and `remote-failure` when the provider cannot tell what the process takes. */
export async function submissionOf(
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
    tags: [...asked.filter((tag) => tag !== ""), ...tagsOf(request.body), ...tags],
    principal: request.principal,
    client: clientOf(request.principal),
    prefer: request.headers.prefer,
    ...defined({
      language,
      user: request.principal.user,
      idempotencyKey: request.headers.idempotencyKey,
      takesXsdTimes: request.takesXsdTimes,
      statusDocument: request.statusDocument,
      requireAnswer: request.requireAnswer,
      signal: request.signal,
    }),
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

/** Tags that stand in the body; one that is no text is refused with the rest of it. */
function tagsOf(body: unknown): readonly string[] {
  const given = isJsonObject(body) ? body.tags : undefined;
  const words = typeof given === "string" ? given.split(",") : Array.isArray(given) ? given : [];
  return words.flatMap((word) => (typeof word === "string" && word.trim() !== "" ? [word.trim()] : []));
}
