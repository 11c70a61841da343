import type { MeasuredSpace, WorkSpace } from "../figures/space.ts";
import type { JobStatus } from "../jobs/job-state.ts";
import type { Link } from "../links.ts";

/** One setting as an admin sees it: secrets are masked. */
export type SettingDocument = {
  readonly name: string;
  readonly about: string;
  /** Absent for a setting that has none. */
  readonly value?: unknown;
  /** In words what a default means that was worked out as the service started. */
  readonly inForce?: string;
  /** The flag, the variable or the file that gave it; "default" otherwise. */
  readonly origin: string;
  /** Its flag of `heddle serve`, with the dashes. */
  readonly flag: string;
  /** Its variable of the environment. */
  readonly variable: string;
  /** How a running service takes in another value. */
  readonly takenInBy: "reload" | "restart";
};

/** What is kept, and till when. Times are RFC 3339. */
export type KeptDocument = {
  readonly what:
    | "jobs"
    | "work of failed jobs"
    | "results of answered runs"
    | "uploads"
    | "audit"
    | "orphans"
    | "cache"
    | "sessions";
  /** The settings that it follows from; none where it is fixed. */
  readonly settings: readonly string[];
  /** For how long; absent where time alone removes nothing. */
  readonly seconds?: number;
  /** How much of it is kept. */
  readonly maxBytes?: number;
  /** When the first of it is removed, and how many within a day from now: 1000 stands for as many or more. */
  readonly next?: string;
  readonly dueWithinDay?: number;
  /** How many are past their time, and stay because a job may read them. */
  readonly held?: number;
};

/** What the files of the service take, and when that was measured (RFC 3339): it is in the background, at most once a minute, and anew where what a job worked with is gone. */
export type FilesDocument = Omit<MeasuredSpace, "works"> & { readonly measured: string };

/** What one user keeps, and had run. */
export type UserSpace = {
  readonly user?: string;
  /** Who it is where it is no user: a network, or all that come without a key. */
  readonly client?: string;
  readonly outputBytes: number;
  readonly uploadBytes: number;
  /** Both together. */
  readonly bytes: number;
  /** Of the jobs that ended in the period, also those that were removed since. Absent for a network: it is counted with all that come without a key. */
  readonly jobs?: number;
  readonly failed?: number;
  /** From the start to the end of each job, added up. */
  readonly runSeconds?: number;
};

/**
 * Where space goes, the largest first. Bytes are the lengths of files as they were counted when they were written: of a job its results
 * with its log (`contentBytes` of the areas `results` and `logs`) and its long values, of an upload its file.
 */
export type SpaceDocument = {
  /** The days back from now of which the jobs of users count. */
  readonly days: number;
  /** Those who keep most, and those whose jobs ran longest in the period; who keeps most comes first. */
  readonly users: readonly UserSpace[];
  /** All users together, those that are not told one by one, too. */
  readonly total: Required<Pick<UserSpace, "outputBytes" | "uploadBytes" | "bytes" | "jobs" | "failed" | "runSeconds">>;
  /** Of the newest jobs, so many. */
  readonly newest: number;
  readonly processes: readonly {
    readonly processID: string;
    readonly providerID?: string;
    readonly jobs: number;
    readonly outputBytes: number;
  }[];
  /** Whose the largest work directories are; absent before the first measurement. */
  readonly work?: readonly JobWork[];
  readonly jobs: readonly {
    readonly jobID: string;
    readonly processID: string;
    readonly providerID?: string;
    readonly user?: string;
    readonly outputBytes: number;
  }[];
};

/** A job whose work directory takes much of the disk: one that runs, or one that failed and whose work is kept for a while. */
export type JobWork = {
  readonly jobID: string;
  readonly processID: string;
  readonly providerID?: string;
  readonly user?: string;
  readonly status: JobStatus;
  /** As the disk counts it, when `files` was measured. */
  readonly bytes: number;
};

/** What a service runs on, and by which settings. Sizes are in bytes. */
export type SystemFacts = {
  /** The largest work directories, by their executions; never a member of the document. */
  readonly works?: readonly WorkSpace[];
  readonly version: string;
  /** What it was built from; empty when that is not known. */
  readonly commit: string;
  /** RFC 3339. */
  readonly started: string;
  readonly runtime: string;
  /** Where tools run, and what holds them. */
  readonly tools: {
    readonly executor: string;
    /** What tools without a container are held to: files, network, memory, cores. */
    readonly enforces: readonly string[];
    /** Why memory or cores are not held to; absent when both are. */
    readonly unlimited?: string;
    readonly slots?: number;
  };
  /** Jobs in each lane, and whether new ones are begun. */
  readonly running: Readonly<Record<string, number>>;
  readonly beginsJobs: boolean;
  readonly disk: readonly {
    readonly directory: string;
    readonly holds: string;
    readonly freeBytes: number;
    readonly totalBytes: number;
  }[];
  /** Below that, no job is begun. */
  readonly minFreeBytes: number;
  /** What is kept for clients, as it was counted when it was written. */
  readonly kept: { readonly outputBytes: number; readonly uploadBytes: number };
  readonly retention: readonly KeptDocument[];
  /** What a backup of the service is made of. */
  readonly directories: { readonly data: string; readonly outputs: string; readonly uploads: string };
  /** Whether numbers for Prometheus are told, and at which second address; without one at `/metrics`. */
  readonly metrics: { readonly isOn: boolean; readonly address?: string };
  readonly database: { readonly bytes: number; readonly walBytes: number };
  /** Absent while it is measured for the first time. */
  readonly files?: FilesDocument;
  readonly memoryBytes: number;
  readonly settings: readonly SettingDocument[];
};

/** How busy the service is besides. */
export type SystemDocument = Omit<SystemFacts, "works"> & {
  readonly queue: { readonly running: number; readonly waiting: number };
  /** For who may see all jobs. */
  readonly space?: SpaceDocument;
  readonly links: readonly Link[];
};
