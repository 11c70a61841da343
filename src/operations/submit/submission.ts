import type { Activity } from "../../domain/figures/activity.ts";
import type { Preferences } from "../../domain/jobs/execution-mode.ts";
import type { JobRequest, StatusDocumentRequest } from "../../domain/jobs/job.ts";
import type { OnMove } from "../../domain/jobs/told-move.ts";
import type { Principal, WishBounds } from "../../domain/people/access.ts";
import type { ClusterAccounts } from "../../domain/people/cluster-accounts.ts";
import type { LocatedSubscriber } from "../../domain/people/subscriber.ts";
import type { Process } from "../../domain/processes/process.ts";
import { keptHeaders, type Provider } from "../../domain/processes/provider.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { InputChecks } from "../../engines/inputs/input-check.ts";
import type { Layout } from "../../files/layout.ts";
import type { Gate } from "../../net/fetch.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { requireAction } from "../people/guard.ts";
import type { RemoteProcesses } from "../providers/remote-processes.ts";
import type { VaultToken } from "../uploads/references.ts";
import type { QueueLimit } from "./queue-limit.ts";
import type { Quotas } from "./quotas.ts";
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
  /** What each role may wish for its jobs; the table of domain/people/access.ts when undefined. */
  readonly wishBounds?: WishBounds;
  readonly quotas?: Quotas;
  /** Under which names a cluster accounts for jobs; under one for all when undefined. */
  readonly clusterAccounts?: ClusterAccounts;
  /** Where published outputs are served: a path of this service, and a URL when they are served elsewhere, too. */
  readonly outputsPath?: string;
  readonly outputsUrl?: string;
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
  /** Told of each job that was accepted; nobody is when absent. */
  readonly onMove?: OnMove;
  readonly settings: SubmitSettings;
};

/** An execution request, as an edge read it. Only `payload` is not yet validated. */
export type Submission = {
  readonly principal: Principal;
  readonly payload: unknown;
  readonly prefer: Preferences;
  /** Tags that stand beside the payload. */
  readonly tags: readonly string[];
  /** What the client wants most of the languages that it names. */
  readonly language?: string;
  readonly idempotencyKey?: string;
  readonly vaultTokens: readonly VaultToken[];
  /** What addresses of this service begin with, as the client knows them: links to it are read as what they lead to. */
  readonly sites?: readonly string[];
  /** All headers by their names in lower case: a provider may want some of them sent on. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which process, when it is one of a provider. */
  readonly processId?: string;
  /** For WPS 1.0: the response document; `isKept` when it is in its file before this returns. */
  readonly statusDocument?: StatusDocumentRequest & { readonly isKept: boolean };
  /** Times are literals of XML Schema, which writes them in more ways. */
  readonly takesXsdTimes?: boolean;
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

/** What a submission is to run. */
export type SubmissionTarget = {
  readonly process: Process;
  /** The registered provider whose process it is. */
  readonly provider?: Provider;
};

/**
 * Finds the process that a submission is to run; a provider is asked for it. Throws `forbidden`, and `remote-failure` when
 * the provider cannot tell what the process takes.
 */
export async function targetOf(
  deps: SubmitDeps,
  { principal, processId = "" }: Submission,
  reference: Process | Provider,
): Promise<SubmissionTarget> {
  const isOwn = "definition" in reference;
  const id = isOwn ? reference.id : processId;
  requireAction(principal, "execute", `execute process "${id}"`, id);
  if (isOwn) return { process: reference };
  return { process: await deps.remotes.describe(reference, id), provider: reference };
}

/** Returns those of a caller's headers that the provider lists: only they go along, and never what signs in here. */
export function forwardedHeaders(
  { headers }: Submission,
  { provider }: SubmissionTarget,
): Readonly<Record<string, string>> {
  const wanted = (provider?.forwardHeaders ?? []).filter((name) => !keptHeaders.includes(name));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted.includes(name)));
}
