import type { JobStatus } from "../jobs/job-state.ts";
import type { StageName } from "../jobs/progress.ts";
import type { Link } from "../links.ts";

/** The status of a job as clients see it (OGC 18-062r2 statusInfo.yaml, and what the 2.0 draft adds). Times are RFC 3339. */
export type JobDocument = {
  readonly jobID: string;
  readonly id: string;
  readonly type: "process";
  readonly processingEntityType: "ogc-api-processes";
  readonly processID: string;
  /** What its client calls it. */
  readonly title?: string;
  readonly providerID?: string;
  readonly remoteJobID?: string;
  readonly status: JobStatus;
  readonly message: string;
  /** 0 to 100. */
  readonly progress: number;
  readonly stage?: StageName;
  readonly created: string;
  readonly started?: string;
  readonly finished?: string;
  readonly updated: string;
  /** Of a job that has ended: how long it waited, and how long it ran, in seconds. The former only of a first attempt. */
  readonly waitingSeconds?: number;
  readonly runningSeconds?: number;
  /** Who submitted it, for who sees the jobs of others, or when it is the reader's own. */
  readonly user?: string;
  /** The user who dismissed it, for the same. */
  readonly dismissedBy?: string;
  /** The user who retried it last, for the same. */
  readonly retriedBy?: string;
  /** Since when it is kept for good, and by whom, for the same; absent for a job that is not. */
  readonly kept?: { readonly since: string; readonly by?: string };
  readonly nextPoll?: string;
  readonly estimatedCompletion?: string;
  readonly expirationDate?: string;
  /** What an accepted job waits for besides its turn, or a running one of which nothing can go on. */
  readonly waitsFor?: string;
  /** 1 is next. */
  readonly queuePosition?: number;
  readonly priority?: number;
  /** 1 and up. */
  readonly attempt: number;
  readonly executionId?: string;
  readonly processRevision: string;
  readonly tags?: readonly string[];
  readonly warnings?: readonly string[];
  /** The problem of a job that failed. */
  readonly exception?: Readonly<Record<string, unknown>>;
  readonly links: readonly Link[];
};

/** Jobs of one page that have something in common. */
export type JobGroup<Shown> = {
  readonly category: Readonly<Record<string, string | null>>;
  readonly count: number;
  readonly jobs: readonly Shown[];
};

/** One page of a list of jobs. */
export type JobListDocument = { readonly jobs: readonly JobDocument[]; readonly links: readonly Link[] };
