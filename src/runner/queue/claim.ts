import type { Activity } from "../../domain/figures/activity.ts";
import type { Execution, Job, JobFailure, JobOutcome, NewJobEvent } from "../../domain/jobs/job.ts";
import { stages } from "../../domain/jobs/progress.ts";
import type { OnMove } from "../../domain/jobs/told-move.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Trace } from "../../domain/people/origin.ts";
import type { Process } from "../../domain/processes/process.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import type { Patience } from "../../domain/waiting/patience.ts";
import type { Checkpoints, Engine } from "../../engines/engine.ts";
import type { PrepareInputsDeps, VaultSource } from "../../engines/inputs/prepare-inputs.ts";
import type { AssetCache } from "../../files/asset-cache.ts";
import type { CrashNotes } from "../../files/crash-notes.ts";
import type { SharedSync } from "../../files/disk/shared-sync.ts";
import type { Layout } from "../../files/layout.ts";
import type { Database } from "../../store/database/database.ts";
import type { FinishMove } from "../../store/jobs/jobs.ts";
import type { Failpoint } from "../failpoints.ts";
import type { ToolTurn } from "../walk/tool-turns.ts";

/** What a remote job may use: the provider's address, and the headers of its caller that go there. */
export type RemoteAccess = {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** The trace that what is asked of the other server belongs to. */
  readonly trace?: Trace;
};

/** The right to run one attempt of a job; it holds until another move of the job. */
export type Claim = {
  readonly job: Job;
  readonly executionId: string;
  readonly attempt: number;
  readonly fence: number;
  readonly startedAt: number;
  /** True when the execution was found after a restart. */
  readonly isAdopted: boolean;
  /** What an adopted execution had recorded. */
  readonly recorded?: Pick<Execution, "handle" | "outputPlan">;
  readonly checkpoints?: Checkpoints;
};

export type ExecuteDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** The engine of a process; a remote one signs in with what the job may use. */
  readonly engineOf: (process: Process, access: RemoteAccess) => Promise<Engine>;
  readonly processOf: (id: string, revision: string) => Promise<Process | undefined>;
  readonly vaultFile: (id: string) => Promise<VaultSource | undefined>;
  /** Fetches an input of another server into a directory. */
  readonly download: PrepareInputsDeps["download"];
  readonly factsOf: PrepareInputsDeps["factsOf"];
  /** What jobs of a client may use again of what was fetched before; nothing is kept when undefined. */
  readonly assetCache?: (client: string) => AssetCache;
  /** Why the tools of a process have no network; undefined when they have it where they ask for it. */
  readonly withoutNetwork?: (process: Process) => string | undefined;
  /** Makes the work directory of a job whose tools run as the user who asked for it. Throws `job-failed` where nobody may. */
  readonly openWork?: (executionId: string, process: Process, user: string | undefined) => Promise<void>;
  readonly checkValue: (process: Process, inputId: string, value: Json) => readonly string[];
  /** False for jobs whose stages ride with the finishing write. */
  readonly isBuffered: (job: Job) => boolean;
  readonly settings: {
    readonly inputRoots: readonly string[];
    readonly maxDownloadBytes: number;
    readonly outputsPath: string;
    readonly outputsUrl: string;
    readonly jobFiles: "auto" | "always";
    /** What outputs of one client may take of the disk; no bound when undefined. */
    readonly quotaOutputBytes?: number;
  };
  /** Syncs directories that walks have in common. */
  readonly syncDirectory: SharedSync;
  /** Waits for what the server is short of. */
  readonly patience: Patience;
  /** Tells that a write took notifications along. */
  readonly wakeNotifier: () => void;
  readonly failpoint?: Failpoint;
  /** Told of each move of a job; nobody is when absent. */
  readonly onMove?: OnMove;
  /** Told what is done for which job: who finds the program frozen reads it there. */
  readonly activity: Activity;
  /** What this server is, for the provenance of what it runs; not kept when absent. */
  readonly server?: string;
  readonly claim: Claim;
  /** Aborted with `dismissed` when the job was taken away, with `stopping` when the server stops. */
  readonly signal: AbortSignal;
  /** Takes the job away from this walk. */
  readonly lose: () => void;
  /** Takes the job's end instead of the database: of a job that is not written yet. False when the claim does not hold. */
  readonly takeEnd?: (end: FinishMove) => Promise<boolean>;
  /** The turn of its tool; whoever has none may run at once. */
  readonly turn?: Pick<ToolTurn, "come" | "endRun">;
};

/** Words the event with which a claim begins the walk. */
export function setupEvent(at: number): NewJobEvent & { readonly stage: "setup" } {
  const { percent, message } = stages.setup;
  return { at, kind: "stage", status: "running", stage: "setup", progress: percent, message };
}

/** How a walk ended: `finished` wrote the job's end; `lost` and `left` wrote nothing. */
export type WalkEnd =
  | { readonly kind: "finished"; readonly status: JobOutcome["status"]; readonly handle?: JsonObject }
  | { readonly kind: "left" }
  | { readonly kind: "lost"; readonly handle?: JsonObject };

/** The claim does not hold any more: the job was dismissed, or another holder took it. Nothing was written. */
export class ClaimLost extends Error {
  constructor(jobId: string) {
    super(`The claim of job "${jobId}" does not hold any more`);
    this.name = "ClaimLost";
  }
}

/** The engine's own report of a run that ended badly. */
export class RunFailed extends Error {
  readonly failure: JobFailure;
  constructor(failure: JobFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The engine's handle as soon as it is known: whoever ends the walk early needs it to stop the run. */
export type KnownRun = { handle?: JsonObject /** No tool ran: all was taken from earlier runs. */; isFromCache?: true };

/** What the runner needs; each walk gets its claim besides. */
export type RunnerDeps = Omit<ExecuteDeps, "claim" | "signal" | "lose" | "takeEnd" | "turn"> & {
  /** Tools that run at once. */
  readonly slots: number;
  /** Tools and jobs on other servers that run at once for one client. */
  readonly clientSlots: number;
  /** Jobs on other servers that are watched at once: they need no tool of this machine. */
  readonly remoteSlots: number;
  /** The address and the headers of a job on a provider. */
  readonly remoteAccess: (job: Job) => Promise<RemoteAccess>;
  /** False while no job may be claimed because the disk is almost full. */
  readonly hasSpace: () => boolean;
  /** Told what keeps the runner from its work. */
  readonly condition: Condition;
  /** At which jobs the server went down and could say so, read at the start. */
  readonly crashNotes: CrashNotes;
  /** Every engine: a lost execution is stopped by the one whose handle it has. */
  readonly engineOfHandle: (job: Job) => Promise<Engine | undefined>;
};
