import type { Role } from "../people/access.ts";
import type { NotificationWish } from "../people/notification.ts";
import type { Origin } from "../people/origin.ts";
import type { TransmissionMode } from "../processes/process.ts";
import type { JsonObject } from "../values/json.ts";
import type { Inputs, Results } from "../values/values.ts";
import type { JobStatus } from "./job-state.ts";
import type { StageName } from "./progress.ts";
import type { RunLimits } from "./run-settings.ts";

/** Where a job comes from, as it is kept. */
export type JobOrigin = Origin & { readonly role?: Role; readonly keyId?: string };

/** What a client asked of one output. */
export type OutputRequest = {
  readonly transmissionMode?: TransmissionMode;
  readonly mediaType?: string;
};

/** A validated execution request, as kept with its job. */
export type JobRequest = {
  readonly inputs: Inputs;
  /** Where the inputs are kept when they are too long for a row: then `inputs` has none. */
  readonly inputsKeptAs?: string;
  /** By output id. Undefined when the request named none: all outputs are wanted. */
  readonly outputs?: Readonly<Record<string, OutputRequest>>;
  /** Undefined when the request did not say (a 2.0 client). */
  readonly response?: "raw" | "document";
  readonly run?: RunLimits;
  /** What its client calls the job. */
  readonly title?: string;
  /** What the process of a provider was called then, where that is not its id: nothing else keeps it when the provider goes. */
  readonly processTitle?: string;
  /** What of the request was left out, each with its place. */
  readonly warnings?: readonly string[];
  /** What is told of the job; undefined when nobody wants to be told. */
  readonly notify?: readonly NotificationWish[];
  /** For a job that came as WPS 1.0: its response document can be kept in a file. Undefined for any other. */
  readonly statusDocument?: StatusDocumentRequest;
};

/** What a client asked of the response document of WPS 1.0. */
export type StatusDocumentRequest = {
  /** It repeats the inputs and the outputs that were asked for. */
  readonly lineage: boolean;
};

/** What a remote server said of a failure (OWS exception report, RFC 9457). */
export type RemoteException = { readonly code?: string; readonly locator?: string; readonly text: string };

/** Why a run failed. */
export type JobFailure = {
  readonly message: string;
  /** The stage at which it failed. */
  readonly stage?: StageName;
  /** The workflow step, when it was one. */
  readonly step?: string;
  readonly exitCode?: number;
  /** Its package cannot be run as it is written: an expression fails, or gives what its field does not take. */
  readonly isPackageFault?: boolean;
  /** What the remote said, when the process ran on one. */
  readonly exception?: RemoteException;
  /** The last lines that the tool wrote to stderr. */
  readonly stderrTail?: string;
};

/** What a running job waits for, as a noun, while none of its tools runs. */
export type JobWait = {
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Those with a higher one come before it; 0 when absent. */
  readonly priority?: number;
};

/** What a job waits for when as many run as may run at once. */
export const freeSlot = "a free slot";
/** What it waits for when the machine has no room for its tool. */
export const freeRoom = "a slot, cores and memory to be free";

/** A job (OGC 18-062r2, statusInfo). Times are milliseconds since 1970. */
export type Job = {
  /** A UUID. */
  readonly id: string;
  readonly processId: string;
  /** The immutable revision that runs. */
  readonly processRevision: string;
  /** The registered provider whose process it is; undefined for a process of this service. */
  readonly providerId?: string;
  /** It runs on another server. */
  readonly isRemote: boolean;
  /** The id that the other server gave it, as soon as that is known. */
  readonly remoteJobId?: string;
  readonly status: JobStatus;
  readonly isSync: boolean;
  /** Owner of the key that submitted; undefined for an anonymous user. */
  readonly user?: string;
  /** Who takes turns with whom: `clientOf` of whoever submitted; that of its user when undefined. Shown to nobody. */
  readonly client?: string;
  readonly tags: readonly string[];
  readonly language?: string;
  readonly request: JobRequest;
  /** Higher runs first. */
  readonly priority: number;
  /** 0 until the first claim, then 1 and up. */
  readonly attempt: number;
  /** Grows with each claim and adoption: writes of an earlier holder change nothing. */
  readonly fence: number;
  /** The execution of the current or last attempt. */
  readonly executionId?: string;
  readonly progress: number;
  readonly stage?: StageName;
  readonly message: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly updatedAt: number;
  /** How long the attempt waited since its claim while nothing of it ran, as far as it was written down. */
  readonly waitedMilliseconds?: number;
  /** No tool ran for it: all that tools make was taken from earlier runs. Its time tells nothing of its process. */
  readonly isFromCache?: boolean;
  /** What it waits for since its claim; known only while it does. */
  readonly wait?: JobWait;
  readonly failure?: JobFailure;
  /** The user who dismissed it, or removed it after its end; undefined for a caller without a key. */
  readonly dismissedBy?: string;
  /** The user who retried it last; undefined for a caller without a key. */
  readonly retriedBy?: string;
  /** Since when it is kept for good: nothing removes it before somebody releases it. Undefined for one that is not. */
  readonly keptAt?: number;
  /** The user who asked for that; undefined for a caller without a key. */
  readonly keptBy?: string;
  /** The execution's id, kept by the finishing write of a job whose locations were mapped. */
  readonly wpsId?: string;
  /** The execution whose finished steps the next one keeps; set by a retry. */
  readonly resumeFrom?: string;
  /** How often in a row the server went down while the job was in stages 1 to 8. */
  readonly earlyCrashes: number;
  /** The request that made it; undefined for a job of earlier programs. Shown to nobody. */
  readonly origin?: JobOrigin;
  /** Set for a synchronous run that is no job to its clients: one that is waited for, or that was answered. */
  readonly hidden?: "waited" | "answered";
};

/** Tells whether a job was removed after it had ended: of it only its history is kept, not even its status document. */
export function isDiscarded({ status, finishedAt, updatedAt }: Job): boolean {
  return status === "dismissed" && finishedAt !== updatedAt;
}

/** Orders accepted jobs of one client: by priority, then age. */
export function compareTurns(one: Job, other: Job): number {
  if (one.id === other.id) return 0;
  return other.priority - one.priority || one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}

/** One entry of a job's history. Numbers start at 1 and have no gaps; streams resume after a number. */
export type JobEvent = {
  readonly jobId: string;
  readonly number: number;
  readonly at: number;
  readonly kind: "status" | "stage" | "progress";
  readonly status: JobStatus;
  readonly stage?: StageName;
  readonly progress: number;
  readonly message: string;
  /** For a failure: what is known of it. */
  readonly failure?: JobFailure;
};

/** An event before it has its number. */
export type NewJobEvent = Omit<JobEvent, "jobId" | "number">;

/** One attempt to run a job. */
export type Execution = {
  /** A UUID. */
  readonly id: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** The engine's plan; set before anything starts. */
  readonly handle?: JsonObject;
  /** The output plan; set before anything is moved. */
  readonly outputPlan?: JsonObject;
  /** Set only when what ran is proved gone. */
  readonly endedAt?: number;
  /** What ran it, as `serverWords` words it; absent for executions of before this was kept. */
  readonly server?: string;
};

/** A job that has run to its end, with its results as they are kept. */
export type JobEnd = { readonly job: Job; readonly results: Results };

/** What happened to a finished job's results. */
export type JobOutcome = {
  readonly status: "successful" | "failed";
  readonly results: Results;
  readonly failure?: JobFailure;
  readonly wpsId?: string;
  /** No tool ran for it: all that tools make was taken from earlier runs. */
  readonly isFromCache?: true;
};
