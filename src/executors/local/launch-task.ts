import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "../../domain/problem.ts";
import { directoryMode, fileMode, taskDirectory, taskRecordFile } from "../../files/layout.ts";
import type { Task, TaskEnd, TaskLimits, TaskView } from "../executor.ts";
import { type EngineImage, isUnpacked } from "../images/image.ts";
import type { ImageFinder } from "../images/image-finder.ts";
import { prepareContainer, removeContainer } from "../images/task-container.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import { type ControlGroups, createControlGroup, removeControlGroup } from "../sandbox/control-groups.ts";
import { sandboxStatusFile, unlessUnmade } from "../sandbox/unmade-sandbox.ts";
import type { InspectDeps } from "./inspect-task.ts";
import { createPatientLook } from "./patient-look.ts";
import { type Launch, taskScript } from "./supervisor-script.ts";
import type { SupervisedRun, Supervisors } from "./supervisors.ts";
import { taskName } from "./task-records.ts";

export type LaunchDeps = InspectDeps & {
  readonly shellProgram: string;
  readonly supervisors: Supervisors;
  readonly confinement: Confinement;
  readonly controlGroups: ControlGroups;
  readonly images: ImageFinder;
};

/** Hands a task that is prepared to a supervisor; resolves when its start is on record. Throws when it cannot be started as asked. */
export async function launchTask(deps: LaunchDeps, task: Task): Promise<SupervisedRun> {
  const { layout, shellProgram, supervisors, controlGroups } = deps;
  checkTask(task);
  const renewed = task.view === undefined ? undefined : deps.confinement.renewed();
  if (renewed !== undefined) await renewed;
  const directory = taskDirectory(layout, task.key);
  // Where thousands are started, waiting for these calls costs more than they do.
  mkdirSync(dirname(directory), { recursive: true, mode: directoryMode });
  const record = taskRecordFile(layout, task.key);
  const image = task.view?.image;
  if (task.view !== undefined && image !== undefined && !isUnpacked(image)) {
    const words = await containTask(deps, task, { ...task.view, image }, directory);
    const run = await supervisors.run(taskScript(words, record, shellProgram));
    return { ...run, ended: run.ended.then((end) => settleContainer(deps, directory, end)) };
  }
  const wrapper = wrapTask(deps, task, directory);
  const hasGroup = task.limits !== undefined && controlGroups.kind === "delegated";
  const limits = processLimits(task.limits ?? {}, hasGroup);
  const launch = { ...wrapper, limits };
  if (!hasGroup) {
    const run = await supervisors.run(taskScript(task, record, shellProgram, launch));
    return wrapper.wrapper === undefined ? run : { ...run, ended: settleSandbox(deps, task, run.ended) };
  }
  const controlGroup = await createControlGroup(controlGroups, taskName(task.key), directory, task.limits);
  const run = await supervisors.run(taskScript(task, record, shellProgram, { ...launch, controlGroup }));
  const ended = settleSandbox(deps, task, run.ended).then(async (end) => {
    const peakMemoryBytes = end === undefined ? undefined : await removeControlGroup(directory);
    return end?.kind === "exited" && peakMemoryBytes !== undefined ? { ...end, peakMemoryBytes } : end;
  });
  return { ...run, ended };
}

async function settleSandbox(
  { layout, logger, confinement }: LaunchDeps,
  task: Task,
  ended: SupervisedRun["ended"],
): Promise<TaskEnd | undefined> {
  const end = await ended;
  if (end === undefined) return undefined;
  const directory = taskDirectory(layout, task.key);
  const settled = await createPatientLook(logger).during(() => unlessUnmade(end, directory, task.log));
  if (settled.kind === "notStarted") confinement.lookAgain();
  return settled;
}

/** The file in a task's directory that what wraps its command reads; it holds what the tool is given as environment. */
const optionsName = "sandbox";

function wrapTask({ confinement, shellProgram }: LaunchDeps, task: Task, directory: string): Pick<Launch, "wrapper"> {
  const wrapping = confinement.wrap(task, directory, shellProgram);
  if (wrapping === undefined) return {};
  const { options, ...wrapper } = wrapping;
  const optionsFile = join(directory, optionsName);
  writeFileSync(optionsFile, options, { mode: fileMode });
  return { wrapper: { ...wrapper, optionsFile, statusFile: sandboxStatusFile(directory) } };
}

/** Makes the task of a container engine's program, which runs the tool and ends as it does. */
async function containTask(
  { images, engineEnvironment = {} }: LaunchDeps,
  task: Task,
  view: TaskView & { readonly image: EngineImage },
  directory: string,
): Promise<Task> {
  const found = await images.engine();
  if (found.kind === "missing") {
    throw new Problem(
      "unavailable",
      `Cannot start "${task.command[0]}" in image "${view.image.name}": ${found.reason}`,
    );
  }
  const command = prepareContainer(found.engine, task, view, directory);
  return { ...task, command, environment: engineEnvironment };
}

/** The engine's program may have been killed, and its container live on. */
async function settleContainer({ engineEnvironment = {} }: LaunchDeps, directory: string, end: TaskEnd | undefined) {
  if (end?.kind === "exited" && end.exitCode !== 0) await removeContainer(directory, engineEnvironment);
  return end;
}

/** What a process may have besides the memory that its tool asked for, in MiB. */
const spareMebibytes = 512;

/**
 * Words what a single process can be held to. Of memory that is what it may write to (RLIMIT_DATA), with room to spare:
 * address space that is only reserved, as many runtimes do by the gigabyte, does not count.
 */
export function processLimits(
  { writtenBytes, memoryMebibytes }: TaskLimits,
  hasControlGroup: boolean,
): readonly string[] {
  const isHeld = memoryMebibytes === undefined || hasControlGroup;
  return [
    ...(writtenBytes === undefined ? [] : [`-f ${Math.ceil(writtenBytes / 512)}`]),
    ...(isHeld ? [] : [`-d ${(2 * memoryMebibytes + spareMebibytes) * 1024}`]),
  ];
}

/** Checks that a task can be words of a command at all. Throws `invalid-parameter-value`. */
export function checkTask(task: Task): void {
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
