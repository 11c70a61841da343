import type { RetryCause } from "../domain/jobs/run-settings.ts";
import type { Reservation } from "../domain/waiting/slots.ts";
import type { Image } from "./images/image.ts";

/** Names one try of one tool invocation. Derived, never drawn: after a crash the same key names the same try. */
export type TaskKey = {
  readonly executionId: string;
  /** The workflow step's path (`main` for a single tool; `outer/inner` for steps of nested workflows). */
  readonly step: string;
  /** 0 when the step is not scattered. */
  readonly shard: number;
  /** 1 and up. */
  readonly try: number;
};

/** A file or directory of this machine, and where a task sees it. */
export type Mount = { readonly source: string; readonly target: string; readonly isWritable: boolean };

/** What a task sees of the machine, as far as its executor can hold it to that. */
export type TaskView = {
  /** The image that it runs in: program and paths of the command are inside it. The machine's own system when absent. */
  readonly image?: Image;
  /** What it sees besides the system, or besides what is in its image. */
  readonly mounts: readonly Mount[];
  readonly hasNetwork: boolean;
  /** It makes namespaces of its own inside, as browsers and programs that run containers do. */
  readonly ownNamespaces?: boolean;
  /** Its working directory, as it sees it. */
  readonly workingDirectory: string;
};

/** What a task may take at most. It is stopped at the first of them that it passes. */
export type TaskLimits = {
  readonly memoryMebibytes?: number;
  readonly cores?: number;
  /** Of all files that it writes together; a single one cannot grow beyond it. */
  readonly writtenBytes?: number;
  /** From its start, or from the moment when it is taken up again. */
  readonly seconds?: number;
  /** How long it may take to stop at a limit before it is killed; it is killed at once when absent. */
  readonly graceSeconds?: number;
};

/** What must lie where before a task runs. */
export type StagedEntry =
  | { readonly kind: "link"; readonly target: string; readonly source: string }
  /** Writable in place: a link to the job's own file, which is made of the original when that belongs to somebody else. */
  | { readonly kind: "own"; readonly target: string; readonly source: string; readonly original: string }
  /** Writable: a copy of its own. */
  | { readonly kind: "copy"; readonly target: string; readonly source: string }
  /** Seen at a place of its own inside a container; nothing is put anywhere outside. */
  | { readonly kind: "mount"; readonly target: string; readonly source: string; readonly isWritable: boolean }
  | { readonly kind: "text"; readonly target: string; readonly contents: string }
  | { readonly kind: "directory"; readonly target: string };

/** The job that a task belongs to, for whoever looks at it where it runs. */
export type TaskOwner = {
  readonly job: string;
  /** Undefined for an anonymous user. */
  readonly user?: string;
  /** Under which name a cluster accounts for it; the usual one when absent. */
  readonly account?: string;
};

/** One tool invocation. All paths are absolute. */
export type Task = {
  readonly key: TaskKey;
  /** Program and arguments; no shell reads them. The program is a path or a name found on the environment's PATH. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment: nothing of the server's is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its output directory. Made by the submission, before anything else of the try. */
  readonly workingDirectory: string;
  /** For temporary files; made by the submission. */
  readonly temporaryDirectory?: string;
  /** Done in this order before it runs. */
  readonly staging?: readonly StagedEntry[];
  /** What staging may copy: these real paths, and what lies below them. All that there is when absent. */
  readonly readable?: readonly string[];
  /**
   * A file by the path that the task sees it under, among what its view shows; /dev/null when absent. The task can't write
   * to it: it is opened inside the sandbox, or else read by a program that hands it over through a pipe.
   */
  readonly stdin?: string;
  /** As stdin, but made by the start, with the directories that lead to it: nothing may have this name. Written to `log` when absent. */
  readonly stdout?: string;
  /** As stdout; both may be one file. Written to `log` when absent. */
  readonly stderr?: string;
  /** It sees all that this program sees when this is absent. */
  readonly view?: TaskView;
  readonly limits?: TaskLimits;
  /** What is set aside for it while it runs; nothing when absent. */
  readonly reserves?: Reservation;
  readonly owner?: TaskOwner;
  /** Graphics processors that it wants; none when absent. */
  readonly gpus?: number;
  /** A log file of the task's own, in a directory that exists; opened for append. */
  readonly log: string;
};

/** Why a task cannot be started as it was asked for. Nothing of it ran, and its key may be submitted again. */
export type Refusal = {
  readonly about: "program" | "stdin" | "stdout" | "stderr";
  /** What was found in place of it, to be told after "found". */
  readonly found: string;
};

/** The limit that a task passed. */
export type PassedLimit = {
  readonly limit: "memoryMebibytes" | "writtenBytes" | "seconds";
  /** In bytes but for the time; infinite where it is too deep to be measured. */
  readonly found: number;
};

/** How a try ended, and what the server was short of when it was to tell so, where that made it wait. */
export type TaskEnd = TryEnd & { readonly waitedFor?: string };

type TryEnd =
  | {
      readonly kind: "exited";
      /** 128 + n when signal n ended it. */
      readonly exitCode: number;
      readonly cpuSeconds?: number;
      /** The most memory that it had at once, where anyone counted or saw it. */
      readonly peakMemoryBytes?: number;
    }
  /** It was stopped at one of its limits. */
  | {
      readonly kind: "stopped";
      readonly at: PassedLimit;
      readonly exitCode?: number;
      readonly cpuSeconds?: number;
      readonly peakMemoryBytes?: number;
    }
  /** No tool ever ran in this try. */
  | {
      readonly kind: "notStarted";
      readonly reason: string;
      /** There was no room to record the start: nothing is wrong with the task. */
      readonly isShort?: boolean;
    }
  /** What runs the tools ended it, or never began it, for a reason that another try would meet again. */
  | ({ readonly kind: "failed"; readonly reason: string; readonly cause?: RetryCause } & Partial<TaskFigures>)
  /** It had started, and how it ended cannot be known. */
  | ({ readonly kind: "lost"; readonly reason: string; readonly cause?: RetryCause } & Partial<TaskFigures>);

/** What a task has taken until somebody looked. */
export type TaskFigures = { readonly cpuSeconds: number; readonly peakMemoryBytes: number };

/** What recovery finds of a try. */
export type TaskState = { readonly kind: "running" } | { readonly kind: "ended"; readonly end: TaskEnd };

/** What is told of a task while it has not ended. */
export type TaskUpdate =
  /** It waits: for room, in a queue, for files on their way. The reason begins with `waiting for`. */
  | { readonly kind: "waiting"; readonly reason: string }
  /** It runs; `place` names where. */
  | { readonly kind: "running"; readonly place: string }
  /** Its own words: 0 to 100. */
  | { readonly kind: "progress"; readonly percent: number; readonly message?: string }
  /** There is more in its log file. */
  | { readonly kind: "log" }
  /** What it has taken, where that is known before its end. */
  | ({ readonly kind: "figures" } & TaskFigures);

/**
 * Runs tool invocations and proves how they ended. Nothing above this folder knows a process id, or counts what its
 * tasks take of a machine.
 */
export type Executor = {
  /** Stands in the records of its tries. */
  readonly name: string;
  /** What people call the machine that its tasks run on; absent where that differs by task. */
  readonly host?: string;
  /** How many tasks run at once at most; further submissions wait. */
  readonly slots: number;
  /**
   * Starts a task; resolves when its start is on record. One that was submitted before, by whatever instance, is not
   * started again: if it still runs, it is taken up, and counts again, with its limits. Waits for room: an abort of the
   * signal ends that, and nothing was started. Gives what it refuses; throws when it cannot start anything.
   */
  submit(task: Task, signal?: AbortSignal): Promise<Refusal | undefined>;
  /** Tells what becomes of a task that was submitted here, as it comes, until it has ended or the signal is aborted. */
  watch(key: TaskKey, signal: AbortSignal): AsyncIterable<TaskUpdate>;
  /** Tells when a task that was submitted here began to run, in milliseconds since 1970; undefined while that is not known. */
  beganAt?(key: TaskKey): Promise<number | undefined>;
  /**
   * Waits for the end, and meanwhile holds the task to its limits. When it resolves, the outputs and streams lie where
   * the task said. An abort of the signal rejects the wait and leaves the task alone.
   */
  ended(key: TaskKey, signal: AbortSignal): Promise<TaskEnd>;
  /** Looks, after a crash, at tries that may have been submitted. A try without a start is claimed as abandoned: it can never start later. */
  find(key: TaskKey): Promise<TaskState>;
  /** Stops a task's whole process tree: SIGTERM, after the grace period SIGKILL. Resolves when it is proved gone. */
  cancel(key: TaskKey, graceSeconds: number): Promise<void>;
  /** Removes what the executor itself keeps of an execution's tasks. All of them must have ended. */
  cleanup(executionId: string): Promise<void>;
};
