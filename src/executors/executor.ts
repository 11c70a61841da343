import type { Image } from "./images/images.ts";

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

/** What a task may take at most. */
export type TaskLimits = {
  readonly memoryMebibytes?: number;
  readonly cores?: number;
  /** Of any file that it writes. */
  readonly fileBytes?: number;
};

/** One tool invocation. All paths are absolute. */
export type Task = {
  readonly key: TaskKey;
  /** Program and arguments; no shell reads them. The program is a path or a name found on the environment's PATH. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment: nothing of the server's is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /**
   * A file as the task sees it; /dev/null when absent. The task can't write to it: it is opened inside the sandbox, or
   * else read by a program that hands it over through a pipe.
   */
  readonly stdin?: string;
  /** Made by the start: nothing may have this name. Written to `log` when absent. */
  readonly stdout?: string;
  /** As stdout; both may be one file. Written to `log` when absent. */
  readonly stderr?: string;
  /** It sees all that this program sees when this is absent. */
  readonly view?: TaskView;
  readonly limits?: TaskLimits;
  /** A log file of the task's own, in a directory that exists; opened for append. */
  readonly log: string;
};

/** How a try ended. */
export type TaskEnd =
  | {
      readonly kind: "exited";
      /** 128 + n when signal n ended it. */
      readonly exitCode: number;
      readonly cpuSeconds?: number;
      /** The most memory that it had at once, where that is counted. */
      readonly peakMemoryBytes?: number;
    }
  /** No tool ever ran in this try. */
  | {
      readonly kind: "notStarted";
      readonly reason: string;
      /** There was no room to record the start: nothing is wrong with the task. */
      readonly isShort?: boolean;
    }
  /** It had started, and how it ended cannot be known. */
  | { readonly kind: "lost"; readonly reason: string };

/** What recovery finds of a try. */
export type TaskState = { readonly kind: "running" } | { readonly kind: "ended"; readonly end: TaskEnd };

/** What a tool says of the image that it wants. */
export type ImageRequest = {
  /** Any of these will do when it is there already, the first ones first. */
  readonly names: readonly string[];
  /** Fetched from its registry when none is there. */
  readonly pull?: string;
  /** Built when there is no other way, where that is allowed. */
  readonly dockerFile?: string;
};

/** The image of a tool, or why there is none. */
export type ImageFinding =
  | { readonly kind: "found"; readonly image: Image }
  | { readonly kind: "missing"; readonly reason: string };

/** What an executor can do and enforce. */
export type ExecutorCapabilities = {
  readonly sharesFileSystem: boolean;
  /** What tools without a container are held to: what they see of the files, of the network, and what they asked for. */
  readonly enforces: readonly ("files" | "network" | "memory" | "cores")[];
  /** Why memory or cores are not held to; undefined when both are. */
  readonly unlimited?: string;
};

/** Runs tool invocations and proves how they ended. Nothing above this folder knows a process id. */
export type Executor = {
  /** Starts a task unless its key was submitted before (then nothing happens); resolves when its start is on record. */
  submit(task: Task): Promise<void>;
  /** Waits for the end. An abort of the signal rejects the wait and leaves the task alone. */
  ended(key: TaskKey, signal: AbortSignal): Promise<TaskEnd>;
  /** Looks, after a crash, at tries that may have been submitted. A try without a start is claimed as abandoned: it can never start later. */
  find(key: TaskKey): Promise<TaskState>;
  /** Stops a task's whole process tree: SIGTERM, after the grace period SIGKILL. Resolves when it is proved gone. */
  cancel(key: TaskKey, graceSeconds: number): Promise<void>;
  /** The memory that a task has now, in bytes; 0 when it does not run. `exactly`: what processes share counts once. */
  memoryBytes(key: TaskKey, exactly: boolean): Promise<number>;
  /** Removes what the executor itself keeps of an execution's tasks. All of them must have ended. */
  cleanup(executionId: string): Promise<void>;
  /** Finds an image that tasks can run in, which may mean to fetch it. */
  findImage(request: ImageRequest): Promise<ImageFinding>;
  /** Words what a task's view may have to do with its failure, from what it wrote; undefined when nothing points to it. */
  explain(view: TaskView, talk: string): string | undefined;
  readonly capabilities: ExecutorCapabilities;
  /** Tells what would keep this executor from running anything; empty when it can run. */
  check(): Promise<readonly string[]>;
};
