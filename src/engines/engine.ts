import type { JobFailure, JobWait, OutputRequest } from "../domain/jobs/job.ts";
import type { ErrorPolicy, RestartPolicy, RunSettings } from "../domain/jobs/run-settings.ts";
import type { Trace } from "../domain/people/origin.ts";
import type { Process, ProcessDefinition } from "../domain/processes/process.ts";
import type { Json, JsonObject } from "../domain/values/json.ts";
import type { OutputValues, PreparedInputs, PreparedItem } from "../domain/values/values.ts";

/** Who is told of tries that failed and are followed by others, and who ends them. */
export type Following = {
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
  /** The trace that what is asked of other servers belongs to. */
  readonly trace?: Trace;
};

/** All that an engine needs to run one execution; pure JSON, kept beside its handle or, when it is long, in `prepared.json`. */
export type Prepared = {
  readonly executionId: string;
  /** Where its files lie below the working directory of the execution; that directory itself when absent. */
  readonly directory?: string;
  readonly jobId: string;
  readonly processId: string;
  readonly definition: ProcessDefinition;
  readonly inputs: PreparedInputs;
  /** What becomes of a tool that was lost; it runs again when nothing is said. */
  readonly restart?: RestartPolicy;
  /** What becomes of the rest of a workflow when a step fails; it is stopped when nothing is said. */
  readonly onError?: ErrorPolicy;
  /** Who submitted the job; undefined for an anonymous user. */
  readonly user?: string;
  /** Under which name a cluster accounts for it. */
  readonly account?: string;
  /** Its tools stay on this machine, wherever those of others run. */
  readonly executor?: "local";
  /** Which ends of its tools are followed by another try. */
  readonly retries?: NonNullable<RunSettings["retries"]>;
  /** Its tools may make namespaces of their own in their sandbox. */
  readonly ownNamespaces?: boolean;
  /** Why its tools have no network, though they may ask for it; undefined when they have what they ask for. */
  readonly withoutNetwork?: string;
  /** The trace that it belongs to: its tools and other servers are told. */
  readonly trace?: Trace;
  /** Ids of the outputs that are wanted. */
  readonly outputs: readonly string[];
  /** What was asked of single outputs. */
  readonly outputRequests?: Readonly<Record<string, OutputRequest>>;
  /** What the engine learnt of the process at the stage that describes it. */
  readonly described?: JsonObject;
};

/** What an engine reports while it runs. `percent` is the engine's own, 0 to 100. `ended` is the last one. */
export type EngineUpdate =
  | { readonly kind: "progress"; readonly percent: number; readonly message?: string }
  | { readonly kind: "ended"; readonly failure?: JobFailure };

/** Where an engine leaves what must survive a crash, and what a reader of the job's log should see. */
export type EngineRecord = {
  /**
   * Keeps a finished part under a key of its own; durable when it resolves. Keeping the same key again is harmless.
   * `remoteJobId` is shown beside the job's own id. What `canWait` is kept with the next write, the job's end at the
   * latest: a crash before that loses it.
   */
  checkpoint(
    key: string,
    value: Json,
    facts?: { readonly remoteJobId?: string; readonly canWait?: boolean },
  ): Promise<void>;
  /** Adds a line to the job's log, of what was to be noticed as a warning. */
  log(message: string, level?: "WARNING"): void;
  /** Tells that no part of the run can go on for want of something, or with `undefined` that one does, since a time (now when absent). */
  waits?(wait: JobWait | undefined, until?: number): void;
  /** Tells at the end of a run that no tool ran: all that tools make was taken from earlier runs. */
  tookAll?(): void;
  /** Notes what is begun for the job, or with `undefined` that the last one is over: who finds the program frozen reads it. */
  doing?(what: string | undefined): void;
};

/** The finished parts of an execution, by key. */
export type Checkpoints = ReadonlyMap<string, Json>;

/**
 * - `running`: it runs and can be watched.
 * - `ended`: it has ended and can be collected (watch tells how).
 * - `notStarted`: nothing of it ever ran: start it.
 * - `unknown`: it had started and was lost, or cannot be told.
 */
export type Adoption = "running" | "ended" | "notStarted" | "unknown";

/** Runs one kind of process. Engines never touch the store: they report and record through what they are given. */
export type Engine = {
  /** True when starting twice harms nothing: no prepared file, no handle, run again from the claim after a crash. */
  readonly isRepeatable: boolean;
  /** True when it hands references to other servers on, unread. */
  readonly keepsLinks?: boolean;
  /** Learns what must be known of a process before its inputs are read; kept as `described`. */
  describe?(process: Process, language: string | undefined, following?: Following): Promise<JsonObject>;
  /** Plans a run: pure JSON without any effect, recorded before anything starts. */
  plan(prepared: Prepared): JsonObject;
  /** Starts the run; resolves when it can be watched. */
  start(prepared: Prepared, handle: JsonObject, record: EngineRecord): Promise<void>;
  /** Finds a run again after a crash of the server. On `running` and `ended` it can be watched. */
  adopt(prepared: Prepared, handle: JsonObject, checkpoints: Checkpoints, record: EngineRecord): Promise<Adoption>;
  /** Yields updates until the end. An abort of the signal ends the iteration, not the run. */
  watch(prepared: Prepared, handle: JsonObject, signal: AbortSignal): AsyncIterable<EngineUpdate>;
  /** Gives the output values of a run that ended well. May be called again after a crash. */
  collect(prepared: Prepared, handle: JsonObject): Promise<OutputValues>;
  /** True when `collect` gives the same outputs again after a crash, as long as their files lie where they were. */
  collectsAgain?(prepared: Prepared): boolean;
  /** Stops the run; resolves when all of it is proved gone. Harmless when nothing runs. */
  dismiss(handle: JsonObject, checkpoints?: Checkpoints): Promise<void>;
  /** Lets go of what is kept to find an ended run again; called after its end was written. */
  cleanup(handle: JsonObject): Promise<void>;
};

/** Says before a run what its engine would refuse: in words, or nothing. */
export type EngineJudge = {
  /** A file of a media type. */
  format(inputId: string, mediaType: string): string | undefined;
  /** All that an input was given, none of it a file. */
  input(inputId: string, given: PreparedItem | readonly PreparedItem[]): string | undefined;
};
