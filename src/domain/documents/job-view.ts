import type { Likeness } from "../figures/usual-run.ts";
import type { GraphNode, StepParts, StepState } from "../graph/workflow-graph.ts";
import type { JobStatus } from "../jobs/job-state.ts";
import type { StepRun } from "../jobs/step-runs.ts";
import type { ProcessDescription } from "../processes/process.ts";
import type { JsonObject } from "../values/json.ts";
import type { JobStatistics } from "./job-statistics.ts";
import type { ResultView } from "./result-view.ts";
import type { KnownUploads } from "./upload-facts.ts";
import type { ViewSettings } from "./view-settings.ts";

/** An entry of a job's history. */
export type TimelineEntry = {
  /** RFC 3339. */
  readonly at: string;
  readonly status: string;
  readonly stage?: string;
  readonly progress: number;
  readonly message: string;
};

/** Another run of the same process. */
export type OtherRun = {
  readonly compareUrl: string;
  readonly id: string;
  readonly status: JobStatus;
  /** RFC 3339. */
  readonly created: string;
  readonly title?: string;
  /** In which inputs it differs, in a line. */
  readonly line?: string;
};

/** Who may see a job, besides those who may see all jobs. */
export type SeenBy = {
  /** Everybody on this machine where nobody has a key; who asks without a key; one's own; or a user by name. */
  readonly owner: "machine" | "anonymous" | "reader" | { readonly user: string };
  /** Groups whose members see it, of those that whoever looks may know of. */
  readonly groups: readonly string[];
  /** Until when (RFC 3339) whoever has the address of its share sees its results, or those of some outputs, and who shares them. */
  readonly share?: { readonly until: string; readonly by?: string; readonly outputs?: readonly string[] };
};

/** How the results of a job are shared, and can be. */
type JobShare = {
  /** RFC 3339; undefined when they are not. */
  readonly until?: string;
  /** The outputs that are shared; undefined when all are, or none is. */
  readonly outputs?: readonly string[];
  /** What one can choose to share; undefined where there are less than two. */
  readonly choices?: readonly { readonly name: string; readonly title?: string; readonly isChosen: boolean }[];
};

/** What the page of a job shows besides its status document. */
export type JobView = {
  /** Undefined when they are too long for the page, or gone. */
  readonly inputs?: JsonObject;
  /** What its process used for those that were not given. */
  readonly defaults?: JsonObject;
  /** Where its process can be deployed again, for who may, once it was undeployed. */
  readonly restoreUrl?: string;
  /** Inputs of its process that nobody gave, and that have no default. */
  readonly unset?: readonly string[];
  /** The uploaded files among them. */
  readonly uploads?: KnownUploads;
  /** The last lines of the log. */
  readonly log: readonly string[];
  /** The earlier attempts whose logs are kept. */
  readonly earlierLogs?: readonly number[];
  readonly timeline: readonly TimelineEntry[];
  readonly statistics?: JobStatistics;
  /** An earlier run of the same version by the same person with the same inputs, whose results are there. */
  readonly twin?: { readonly url: string; readonly id: string; readonly finished: string };
  /** Of which jobs it took the outputs of all its steps, where no tool ran for it; without a page for who may not see one. */
  readonly cachedFrom?: readonly { readonly id: string; readonly url?: string }[];
  /** No tool ran for it: all was taken from an earlier run. */
  readonly isAllCached?: boolean;
  readonly results: readonly ResultView[];
  /** What it runs, where that is a workflow. */
  readonly graph?: {
    readonly nodes: readonly GraphNode[];
    readonly states: ReadonlyMap<string, StepState>;
    readonly parts: ReadonlyMap<string, StepParts>;
  };
  /** What these are drawn with, also those that are not there yet. */
  readonly views: ViewSettings;
  /** What its process is called, where that is not its id. */
  readonly processTitle?: string;
  /** What the revision that it ran says of its author and its licence; absent where that is not known. */
  readonly said?: ProcessDescription["metadata"];
  /** In which inputs it differs from other runs of its process, in a line. */
  readonly line?: string;
  /** The version that it ran, with the page of that revision. */
  readonly version?: { readonly name: string; readonly url: string };
  /** The version that its process has by now, where that is another one than it ran and may run again. */
  readonly newerVersion?: string;
  /** How long one that has not ended has waited, and run, in seconds. */
  readonly waitingSeconds?: number;
  readonly runningSeconds?: number;
  /** How long its process usually takes, when it runs longer than that. */
  readonly exceededSeconds?: number;
  /** Whether the runs by which that is told had inputs like these. */
  readonly exceededLikeness?: Likeness;
  /** How long the shortest and the longest run before it took, in seconds, where no time of its end can be told by them. */
  readonly rangeSeconds?: readonly [shortest: number, longest: number];
  /** It runs, and no run before it tells how long that takes. */
  readonly isFirstRun?: boolean;
  /** What runs while it waits: how many jobs, since when (RFC 3339) the first, and those that who looks at it may see. */
  readonly holders?: {
    readonly count: number;
    readonly since?: string;
    readonly jobs: readonly {
      readonly url: string;
      readonly id: string;
      readonly processId: string;
      readonly user?: string;
      /** RFC 3339. */
      readonly since: string;
      readonly usualSeconds?: number;
    }[];
  };
  /** Other runs of its process, the newest first, each with the page that compares both. */
  readonly others?: readonly OtherRun[];
  /** Where a script goes on to watch it; undefined when it has ended. */
  readonly events?: string;
  /** Whether who looks at it may run processes at all; not known where absent. */
  readonly mayRun?: boolean;
  readonly mayDismiss: boolean;
  readonly mayRetry: boolean;
  /** Whether who looks at it may keep it for good, and keep it no longer. */
  readonly mayKeep?: boolean;
  /** Why nobody may retry it, though its state would let them: "its provider … was removed". */
  readonly whyNotRetried?: string;
  /** What the directory takes of the disk that it works in, in bytes, and when that was measured (RFC 3339). */
  readonly work?: { readonly bytes: number; readonly isWhole: boolean; readonly measured: string };
  /** Its results can be shared by who looks at it. */
  readonly share?: JobShare;
  /** What its tools ran in, once it has ended: images with their digests, and whether some ran in none. Absent where no tool ran here. */
  readonly programs?: {
    readonly images: readonly string[];
    readonly isOwn: boolean;
    /** The programs of the machine that ran in none, with the software and the image that their packages name (null for no image). */
    readonly named?: readonly {
      readonly name: string;
      readonly software?: readonly string[];
      readonly unusedImage?: string | null;
    }[];
  };
  /** The steps of its workflow that have begun and ended, in their order; empty for what is no workflow. */
  readonly steps?: readonly StepRun[];
  /** Who may see it; absent where only its history is left. */
  readonly seenBy?: SeenBy;
  /** How long jobs are kept after their end, in milliseconds; undefined when this one is kept until somebody removes it. */
  readonly keptMilliseconds?: number;
  /** What it ran is not there any more, or not for who looks at it: nothing of it can be linked to. */
  readonly isProcessGone?: boolean;
  readonly isProviderGone?: boolean;
  /** It has failed at a step, and those before it may be kept. */
  readonly mayResume?: boolean;
  /** How far it came before it failed, from 0 to 100: what is told as progress goes on from there. */
  readonly reachedProgress?: number;
  /** Where a new version of its process is deployed, for who may. */
  readonly mendUrl?: string;
  /** Where its provider is given the key that it wanted, for who may. */
  readonly wantedKeyUrl?: string;
  /** The form of its process, filled with the inputs of the job. */
  readonly againUrl?: string;
};
