import { realpathSync } from "node:fs";
import { freeRoom } from "../../domain/jobs/job.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { type Capacity, createSlots } from "../../domain/waiting/slots.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import { taskDirectory, tasksDirectory } from "../../files/layout.ts";
import type { Executor, TaskEnd, TaskKey, TaskUpdate } from "../executor.ts";
import { createImageFinder, type ImageFinder } from "../images/image-finder.ts";
import { removeContainer, stopContainer } from "../images/task-container.ts";
import { type Confinement, createConfinement } from "../sandbox/confinement.ts";
import { type ControlGroups, noControlGroups, removeControlGroup } from "../sandbox/control-groups.ts";
import { adoptedPollMilliseconds, findInspected, findTask, untilSettled } from "./find-task.ts";
import { followTask } from "./follow-task.ts";
import { readHost } from "./host.ts";
import type { InspectDeps } from "./inspect-task.ts";
import { isRefusal } from "./prepare-task.ts";
import { readBootId } from "./process-table.ts";
import { killLeftovers, stopProcesses } from "./stop-processes.ts";
import { noteEnd, type Submission, type SubmitDeps, settled, submissionOf, submitTask } from "./submissions.ts";
import { shell } from "./supervise.ts";
import { localName } from "./supervisor-script.ts";
import { createSupervisors, type SupervisedRun } from "./supervisors.ts";
import { removeRecords } from "./task-records.ts";
import { outsidePath } from "./task-streams.ts";
import { watchLimits } from "./watch-limits.ts";

const noBound = Number.MAX_SAFE_INTEGER;

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

/** Makes the executor that runs tools as processes of this machine, each under a supervisor that outlives the server. */
export function createLocalExecutor(
  given: Omit<InspectDeps, "bootId" | "host"> & {
    /** How many tasks run at once, and what those that reserve something may reserve together; no bound where absent. */
    readonly capacity?: Partial<Capacity>;
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
  const host = readHost();
  const deps: InspectDeps = { ...given, bootId: readBootId(), host };
  const supervised = { label: deps.layout.dataDirectory, host, logger: deps.logger };
  const supervisors = createSupervisors(supervised, async ({ leader }) => {
    if (await killLeftovers(leader, deps.clock)) deps.logger.warn("Killed processes that a tool had left behind");
  });
  const { slots = noBound, cores = noBound, memoryMebibytes = noBound } = given.capacity ?? {};
  const local: SubmitDeps = {
    ...deps,
    ...{ shellProgram: realShell(), confinement, controlGroups, images, supervisors },
    ...{ slots: createSlots({ slots, cores, memoryMebibytes }), submissions: new Map(), left: new Map() },
  };
  return {
    name: localName,
    host: host.name,
    slots,
    submit: (task, signal) => submitTask(local, task, signal),
    watch: (key, signal) => watchTask(local, key, host.name, signal),
    beganAt: async (key) => submissionOf(local, key)?.begunAt,
    ended: (key, signal) => untilEnded(local, key, signal),
    find: async (key) => {
      const submission = submissionOf(local, key);
      await settled(submission);
      if (submission?.end !== undefined) return { kind: "ended", end: submission.end };
      return findTask(deps, key);
    },
    cancel: (key, graceSeconds) => cancelTask(local, key, graceSeconds),
    cleanup: async (executionId) => {
      for (const name of local.submissions.keys()) {
        if (name.startsWith(`${executionId}/`)) local.submissions.delete(name);
      }
      local.left.delete(executionId);
      await removeRecords(tasksDirectory(deps.layout, executionId));
    },
  };
}

async function* watchTask(
  deps: SubmitDeps,
  key: TaskKey,
  place: string,
  signal: AbortSignal,
): AsyncGenerator<TaskUpdate> {
  const submission = submissionOf(deps, key);
  if (submission === undefined) return;
  if (!submission.hasBegun) yield { kind: "waiting", reason: `waiting for ${freeRoom}` };
  await settled(submission);
  // One that was refused or given up is not known any more.
  if (submissionOf(deps, key) !== submission) return;
  yield { kind: "running", place };
  const { task } = submission;
  if (task === undefined) return;
  const stderr = task.stderr === undefined ? {} : { stderr: outsidePath(task.view?.mounts ?? [], task.stderr) };
  yield* followTask(deps.logger, { ...task, ...stderr }, () => submission.end !== undefined, signal);
}

async function untilEnded(deps: SubmitDeps, key: TaskKey, signal: AbortSignal): Promise<TaskEnd> {
  const submission = submissionOf(deps, key);
  if (submission?.end !== undefined) return submission.end;
  const { task } = submission ?? {};
  if (submission === undefined || task === undefined) return untilFound(deps, key, signal);
  const broken = Promise.withResolvers<never>();
  const cancel = (graceSeconds: number) => cancelTask(deps, key, graceSeconds);
  const watch = watchLimits({ ...deps, cancel, fail: broken.reject }, task);
  try {
    const end = watch.judge(await Promise.race([endOf(deps, submission, key, signal), broken.promise]));
    await noteEnd(submission, end);
    return end;
  } finally {
    await watch.stop();
  }
}

async function endOf(deps: SubmitDeps, { begun }: Submission, key: TaskKey, signal: AbortSignal): Promise<TaskEnd> {
  const found = await unlessAborted(begun, signal);
  if (isRefusal(found)) return { kind: "notStarted", reason: `found ${found.found}` };
  const told = found.run === undefined ? undefined : await untilTold(found.run, signal);
  return told ?? untilFound(deps, key, signal);
}

/** Waits for what the records of a try tell. */
async function untilFound(deps: SubmitDeps, key: TaskKey, signal: AbortSignal): Promise<TaskEnd> {
  for (;;) {
    const state = await findTask(deps, key);
    if (state.kind === "ended") return state.end;
    await sleep(adoptedPollMilliseconds, { signal });
  }
}

/** Waits for what a supervisor of our own tells. */
async function untilTold({ supervisor, ended }: SupervisedRun, signal: AbortSignal): Promise<TaskEnd | undefined> {
  supervisor.hold();
  try {
    return await unlessAborted(ended, signal);
  } finally {
    supervisor.release();
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  using _abort = onAbort(signal, () => aborted.reject(signal.reason));
  return await Promise.race([promise, aborted.promise]);
}

async function cancelTask(deps: SubmitDeps, key: TaskKey, graceSeconds: number): Promise<void> {
  const submission = submissionOf(deps, key);
  submission?.giveUp.abort(new Error("It was stopped before it had started"));
  await settled(submission);
  if (submission?.end !== undefined) return;
  const [outcome] = await Promise.allSettled([submission?.begun]);
  const begun = outcome.status === "fulfilled" ? outcome.value : undefined;
  // What stops the tool stops its supervisor too: it must not get another one meanwhile.
  if (begun !== undefined && !isRefusal(begun)) begun.run?.supervisor.retire();
  const found = await findInspected(deps, key);
  if (found.kind === "running") {
    const directory = taskDirectory(deps.layout, key);
    const { engineEnvironment = {} } = deps;
    if (await stopContainer(directory, engineEnvironment, graceSeconds)) await untilSettled(deps, key);
    await stopProcesses({ leader: found.leader, directory }, graceSeconds, deps.clock);
    await removeContainer(directory, engineEnvironment);
    await removeControlGroup(directory);
  }
  if (submission !== undefined && begun !== undefined) await noteEnd(submission, submission.end);
}
