import { realpathSync } from "node:fs";
import { access, constants, mkdir } from "node:fs/promises";
import type { Clock } from "../../domain/clock.ts";
import { errorText } from "../../domain/problem.ts";
import { sleep } from "../../domain/timers.ts";
import { hasCode } from "../../files/file-errors.ts";
import { directoryMode, taskDirectory, tasksDirectory } from "../../files/layout.ts";
import type { Executor, Task, TaskEnd, TaskKey, TaskState } from "../executor.ts";
import { createImageFinder, type ImageFinder } from "../images/image-finder.ts";
import { removeContainer, stopContainer } from "../images/task-container.ts";
import { type Confinement, createConfinement } from "../sandbox/confinement.ts";
import { type ControlGroups, removeControlGroup } from "../sandbox/control-groups.ts";
import { type InspectDeps, type Inspection, inspectTask } from "./inspect-task.ts";
import { type LaunchDeps, launchTask } from "./launch-task.ts";
import { readBootId } from "./process-table.ts";
import { killLeftovers, stopProcesses } from "./stop-processes.ts";
import { shell } from "./supervise.ts";
import { environmentProgram } from "./supervisor-script.ts";
import { createSupervisors, type SupervisedRun } from "./supervisors.ts";
import { claimAbandoned, removeRecords, taskName } from "./task-records.ts";
import { taskMemoryBytes } from "./task-usage.ts";

/** How often a task is looked at that an earlier server had started: nobody tells of its end. */
const adoptedPollMilliseconds = 100;

/** How often a record is looked at that is just being written. */
const startingPollMilliseconds = 5;

const noControlGroups: ControlGroups = { kind: "missing", reason: "control groups are not used" };

function unconfined(clock: Clock): Confinement {
  return createConfinement({ use: "off", toolPath: "", toolDirectories: [], hidden: [] }, clock);
}

/** What `/bin/sh` is on this machine; its own name where that cannot be told. */
function realShell(): string {
  try {
    return realpathSync(shell);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return shell;
    throw error;
  }
}

/** A try that this process was asked to start. */
type Submission = {
  readonly started: Promise<void>;
  /** Undefined when someone else had started it before. */
  readonly run: Promise<SupervisedRun | undefined>;
  /** How it ended, once its supervisor has told. */
  end?: TaskEnd;
};

/** Makes the executor that runs tools as processes of this machine, each under a supervisor that outlives the server. */
export function createLocalExecutor(
  given: Omit<InspectDeps, "bootId"> & {
    /** Where the images of tools come from; without it no container runs. */
    readonly images?: ImageFinder;
    /** How tools are confined; those without an image not at all when it is absent. */
    readonly confinement?: Confinement;
    /** The groups that hold tools to their limits; without them limits are those that a process can have. */
    readonly controlGroups?: ControlGroups;
  },
): Executor {
  const { controlGroups = noControlGroups } = given;
  const confinement = given.confinement ?? unconfined(given.clock);
  const images = given.images ?? createImageFinder({ confinement });
  const deps: InspectDeps = { ...given, bootId: readBootId() };
  const submissions = new Map<string, Submission>();
  const supervisors = createSupervisors(deps.layout.dataDirectory, async ({ leader }) => {
    if (await killLeftovers(leader, deps.clock)) deps.logger.warn("Killed processes that a tool had left behind");
  });
  const local = { ...deps, shellProgram: realShell(), confinement, controlGroups, images, supervisors };
  return {
    submit: (task) => submit(local, submissions, task),
    ended: (key, signal) => untilEnded(deps, submissions.get(taskName(key)), key, signal),
    find: async (key) => {
      const submission = submissions.get(taskName(key));
      await settled(submission);
      return submission?.end === undefined ? findTask(deps, key) : { kind: "ended", end: submission.end };
    },
    cancel: async (key, graceSeconds) => {
      const submission = submissions.get(taskName(key));
      await settled(submission);
      if (submission?.end !== undefined) return;
      // What stops the tool stops its supervisor too: it must not get another one meanwhile.
      (await submission?.run)?.supervisor.retire();
      const found = await findInspected(deps, key);
      if (found.kind !== "running") return;
      const directory = taskDirectory(deps.layout, key);
      if (await stopContainer(directory, deps.engineEnvironment ?? {}, graceSeconds)) await untilSettled(deps, key);
      await stopProcesses({ leader: found.leader, directory }, graceSeconds, deps.clock);
      await removeContainer(directory, deps.engineEnvironment ?? {});
      await removeControlGroup(directory);
    },
    memoryBytes: (key, exactly) => taskMemoryBytes(deps.layout, key, exactly),
    cleanup: async (executionId) => {
      for (const name of submissions.keys()) {
        if (name.startsWith(`${executionId}/`)) submissions.delete(name);
      }
      await removeRecords(tasksDirectory(deps.layout, executionId));
    },
    findImage: (request) => images.find(request),
    explain: (view, talk) => confinement.explain(view, talk),
    capabilities: {
      sharesFileSystem: true,
      get enforces() {
        const held = controlGroups.kind === "missing" ? [] : controlGroups.controllers;
        return [
          ...(confinement.isSandboxed ? (["files", "network"] as const) : []),
          ...(held.includes("memory") ? (["memory"] as const) : []),
          ...(held.includes("cpu") ? (["cores"] as const) : []),
        ];
      },
      ...(controlGroups.kind === "missing" ? { unlimited: controlGroups.reason } : {}),
    },
    check: () => check(deps),
  };
}

async function submit(deps: LaunchDeps, submissions: Map<string, Submission>, task: Task): Promise<void> {
  const name = taskName(task.key);
  const known = submissions.get(name);
  if (known !== undefined) return known.started;
  const run = launchTask(deps, task);
  const submission: Submission = { run, started: run.then((started) => started?.recorded) };
  submissions.set(name, submission);
  try {
    await submission.started;
  } catch (error) {
    // Nothing was started: the same key may be tried again.
    submissions.delete(name);
    throw error;
  }
  const kept = run.then(async (started) => {
    const end = await started?.ended;
    if (end !== undefined) submission.end = end;
  });
  kept.catch((error: unknown) => deps.logger.warn("Cannot tell how a tool ended", { task: name, error }));
}

/** Waits until a submission has started or failed; who submitted is told of a failure. */
async function settled(submission: Submission | undefined): Promise<void> {
  if (submission !== undefined) await Promise.allSettled([submission.started]);
}

async function untilEnded(
  deps: InspectDeps,
  submission: Submission | undefined,
  key: TaskKey,
  signal: AbortSignal,
): Promise<TaskEnd> {
  const run = await submission?.run;
  const told = run === undefined ? undefined : await untilTold(run, signal);
  if (told !== undefined) return told;
  for (;;) {
    const state = await findTask(deps, key);
    if (state.kind === "ended") return state.end;
    await sleep(adoptedPollMilliseconds, { signal });
  }
}

/** Waits for what a supervisor of our own tells. */
async function untilTold({ supervisor, ended }: SupervisedRun, signal: AbortSignal): Promise<TaskEnd | undefined> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  supervisor.hold();
  try {
    return await Promise.race([ended, aborted.promise]);
  } finally {
    supervisor.release();
    signal.removeEventListener("abort", abort);
  }
}

async function findTask(deps: InspectDeps, key: TaskKey): Promise<TaskState> {
  const found = await findInspected(deps, key);
  return found.kind === "running" ? { kind: "running" } : found;
}

/** Looks until it is known whether the try had started; one without a start is claimed, so that it never can. */
async function findInspected(
  deps: InspectDeps,
  key: TaskKey,
): Promise<Extract<Inspection, { kind: "running" | "ended" }>> {
  for (;;) {
    const found = await inspectTask(deps, key);
    switch (found.kind) {
      case "running":
      case "ended":
        return found;
      case "none":
        // Whether we made the record or someone else was first: the next look tells.
        await claimAbandoned(deps.layout, key);
        break;
      case "starting":
        await sleep(startingPollMilliseconds);
        break;
      default:
        found satisfies never;
    }
  }
}

/** What an engine's program may take to tell the end of its container, which was stopped. */
const settlingMilliseconds = 5000;

async function untilSettled(deps: InspectDeps, key: TaskKey): Promise<void> {
  for (let waited = 0; waited < settlingMilliseconds; waited += adoptedPollMilliseconds) {
    if ((await findInspected(deps, key)).kind === "ended") return;
    await sleep(adoptedPollMilliseconds);
  }
}

async function check(deps: InspectDeps): Promise<readonly string[]> {
  const needs: readonly (readonly [string, number])[] = [
    [shell, constants.X_OK],
    [environmentProgram, constants.X_OK],
    ["/proc/self/stat", constants.R_OK],
    ["/proc/sys/kernel/random/boot_id", constants.R_OK],
  ];
  const faults = await Promise.all(needs.map(([path, mode]) => faultOf(access(path, mode))));
  const work = faultOf(mkdir(deps.layout.workDirectory, { recursive: true, mode: directoryMode }));
  return [...faults, await work].filter((fault) => fault !== undefined);
}

async function faultOf(operation: Promise<unknown>): Promise<string | undefined> {
  try {
    await operation;
    return undefined;
  } catch (error) {
    return `Cannot run tools: ${errorText(error)}`;
  }
}
