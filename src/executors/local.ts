import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { access, constants, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, Problem } from "../domain/problem.ts";
import { hasCode, ifExists } from "../files/file-errors.ts";
import { openTaskLog } from "../files/job-log.ts";
import { directoryMode, taskDirectory, tasksDirectory } from "../files/layout.ts";
import type { Executor, Task, TaskEnd, TaskKey, TaskState } from "./executor.ts";
import { findImage, listImages } from "./images.ts";
import { type InspectDeps, type Inspection, inspectTask } from "./inspect-task.ts";
import { readBootId } from "./process-table.ts";
import { sandboxCommand, sandboxProgram } from "./sandbox.ts";
import { killLeftovers, stopProcesses } from "./stop-processes.ts";
import { shell } from "./supervise.ts";
import { environmentProgram, taskScript } from "./supervisor-script.ts";
import { createSupervisors, type SupervisedRun, type Supervisors } from "./supervisors.ts";
import { claimAbandoned, exitRecordFile, removeRecords, startRecordFile, taskName } from "./task-records.ts";

/** How often a task is looked at that an earlier server had started: nobody tells of its end. */
const adoptedPollMilliseconds = 100;

/** How often a start record is looked at that is just being written. */
const startingPollMilliseconds = 5;

type LocalDeps = InspectDeps & {
  readonly shellProgram: string;
  readonly sandbox: string | undefined;
  readonly supervisors: Supervisors;
};

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
    /** Where imported images lie; without it no container runs. */
    readonly imagesDirectory?: string;
  },
): Executor {
  const { imagesDirectory } = given;
  const sandbox = imagesDirectory === undefined ? undefined : sandboxProgram();
  const deps: InspectDeps = { ...given, bootId: readBootId() };
  const submissions = new Map<string, Submission>();
  const supervisors = createSupervisors(deps.layout.dataDirectory, async ({ leader }) => {
    if (await killLeftovers(leader, deps.clock)) deps.logger.warn("Killed processes that a tool had left behind");
  });
  const local = { ...deps, shellProgram: realShell(), sandbox, supervisors };
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
      await stopProcesses(
        { leader: found.leader, directory: taskDirectory(deps.layout, key) },
        graceSeconds,
        deps.clock,
      );
    },
    cleanup: async (executionId) => {
      for (const name of submissions.keys()) {
        if (name.startsWith(`${executionId}/`)) submissions.delete(name);
      }
      await removeAllRecords(tasksDirectory(deps.layout, executionId));
    },
    findImage: (name) =>
      imagesDirectory === undefined || sandbox === undefined ? undefined : findImage(imagesDirectory, name),
    capabilities: {
      sharesFileSystem: true,
      // Images come and go while a server runs.
      get containers() {
        return imagesDirectory === undefined || sandbox === undefined ? [] : listImages(imagesDirectory);
      },
      enforces: [],
    },
    check: () => check(deps),
  };
}

async function submit(deps: LocalDeps, submissions: Map<string, Submission>, task: Task): Promise<void> {
  const name = taskName(task.key);
  const known = submissions.get(name);
  if (known !== undefined) return known.started;
  const run = launch(deps, task);
  const submission: Submission = { run, started: run.then((started) => started?.recorded) };
  submissions.set(name, submission);
  try {
    await submission.started;
  } catch (error) {
    // Nothing was started: the same key may be tried again.
    submissions.delete(name);
    throw error;
  }
  void run.then(async (started) => {
    const end = await started?.ended;
    if (end !== undefined) submission.end = end;
  });
}

async function launch(deps: LocalDeps, task: Task): Promise<SupervisedRun | undefined> {
  const { layout, shellProgram, supervisors } = deps;
  checkTask(task);
  // Where thousands are started, waiting for these calls costs more than they do.
  mkdirSync(taskDirectory(layout, task.key), { recursive: true, mode: directoryMode });
  if (!statSync(task.workingDirectory).isDirectory()) throw notADirectory(task);
  openTaskLog(task.log)[Symbol.dispose]();
  const records = { start: startRecordFile(layout, task.key), exit: exitRecordFile(layout, task.key) };
  if (existsSync(records.start)) return undefined;
  const command =
    task.container === undefined || deps.sandbox === undefined
      ? task.command
      : sandboxCommand(deps.sandbox, task.container, task.command);
  return supervisors.run(taskScript({ ...task, command }, records, shellProgram));
}

function notADirectory({ command, workingDirectory }: Task): Problem {
  return new Problem(
    "invalid-parameter-value",
    `Cannot start "${command[0]}": found "${workingDirectory}", wanted a directory to start in`,
  );
}

function checkTask(task: Task): void {
  const name = Object.keys(task.environment).find((candidate) => candidate === "" || /[=\0]/.test(candidate));
  if (name !== undefined) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot start "${task.command[0]}": found the environment variable "${name}", wanted a name without "="`,
    );
  }
  const texts = [...task.command, ...Object.values(task.environment)];
  if (task.command[0] === "" || texts.some((text) => text.includes("\0"))) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot start "${task.command[0]}": found an empty program or a NUL character, wanted neither`,
    );
  }
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
    await sleep(adoptedPollMilliseconds, undefined, { signal });
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

/** Below the tasks directory lie steps, in them shards, in them tries. */
const tryDepth = 3;

async function removeAllRecords(directory: string, depth = 0): Promise<void> {
  if (depth === tryDepth) return removeRecords(directory);
  const names = (await ifExists(readdir(directory))) ?? [];
  for (const name of names) await removeAllRecords(join(directory, name), depth + 1);
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
