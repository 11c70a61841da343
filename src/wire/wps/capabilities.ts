import type { WpsVersion } from "./namespaces.ts";

/** One process of a server's list. */
export type ListedProcess = {
  readonly id: string;
  readonly title: string;
  readonly abstract?: string;
  readonly version?: string;
};

/** What a server says of itself. */
export type WpsCapabilities = {
  readonly version: WpsVersion;
  readonly title?: string;
  readonly abstract?: string;
  /** The default first. */
  readonly languages: readonly string[];
  readonly processes: readonly ListedProcess[];
  /** Where the operations are; undefined when the server does not say: then where the capabilities were. */
  readonly operations: {
    readonly describeUrl?: string;
    readonly executeGetUrl?: string;
    readonly executePostUrl?: string;
    /** WPS 2.0: GetStatus, GetResult and Dismiss by GET. */
    readonly statusUrl?: string;
    readonly resultUrl?: string;
    readonly dismissUrl?: string;
  };
};
