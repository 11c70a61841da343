import type { Link } from "../links.ts";

/** One setting as an admin sees it: secrets are masked. */
export type SettingDocument = {
  readonly name: string;
  readonly about: string;
  /** Absent for a setting that has none. */
  readonly value?: unknown;
  /** The flag, the variable or the file that gave it; "default" otherwise. */
  readonly origin: string;
};

/** What a service runs on, and by which settings. Sizes are in bytes. */
export type SystemFacts = {
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
  readonly database: { readonly bytes: number; readonly walBytes: number };
  readonly memoryBytes: number;
  readonly settings: readonly SettingDocument[];
};

/** How busy the service is besides. */
export type SystemDocument = SystemFacts & {
  readonly queue: { readonly running: number; readonly waiting: number };
  readonly links: readonly Link[];
};
