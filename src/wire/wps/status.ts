import type { WpsData } from "./data.ts";
import type { WpsException } from "./exception.ts";

/** The states of an execution, in the words of both versions of WPS together. */
export type WpsState = "accepted" | "running" | "paused" | "succeeded" | "failed" | "dismissed";

/** One output of an execution. */
export type WpsOutput = { readonly id: string; readonly title?: string; readonly data: WpsData };

/** What a server says of an execution. */
export type WpsStatus = {
  readonly state: WpsState;
  /** 0 to 100. */
  readonly percent?: number;
  readonly message?: string;
  /** WPS 1.0: where the next status document is. */
  readonly statusLocation?: string;
  /** WPS 2.0. */
  readonly jobId?: string;
  /** WPS 2.0: when to ask again, as the server wrote it. */
  readonly nextPoll?: string;
  readonly outputs: readonly WpsOutput[];
  readonly exceptions: readonly WpsException[];
};
