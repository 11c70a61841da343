import { lstatSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { shortageOf } from "../../domain/figures/shortage.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { directoryMode, isInside } from "../../files/layout.ts";
import type { Refusal, Task } from "../executor.ts";
import { resolveProgram } from "../resolve-program.ts";
import { placeInputs } from "./place-inputs.ts";
import { prepareStreams } from "./task-streams.ts";

/** What the tasks of one execution leave for those after them. */
export type LeftForOthers = {
  /** Programs that were found on a PATH. */
  readonly programs: Map<string, string>;
  /** Directories for temporary files that ended tasks have left as they got them. */
  readonly spareDirectories: string[];
};

/** Tells what `submit` gives from what it starts. */
export function isRefusal(value: object): value is Refusal {
  return "about" in value;
}

/**
 * Makes the directories of a try, puts its inputs in their places, finds its program and checks its streams. Gives the task
 * with its program and stdin as paths of this machine. Throws a shortage as it came, all else as a Problem.
 */
export async function prepareTask(task: Task, left: LeftForOthers): Promise<Task | Refusal> {
  try {
    makeDirectories(task, left.spareDirectories);
    const { staging = [], readable } = task;
    const mayRead =
      readable === undefined ? undefined : (real: string) => readable.some((root) => isInside(root, real));
    await placeInputs(staging, mayRead);
    const command = task.view?.image === undefined ? findCommand(task, left.programs) : task.command;
    if (command === undefined) return { about: "program", found: `no program "${task.command[0]}"` };
    const streams = await prepareStreams(task);
    return isRefusal(streams) ? streams : { ...task, command, ...streams };
  } catch (error) {
    if (shortageOf(error) !== undefined || error instanceof Problem) throw error;
    throw new Problem("job-failed", errorText(error), { cause: error });
  }
}

function makeDirectories({ workingDirectory, temporaryDirectory }: Task, spareDirectories: string[]): void {
  // Where thousands are started, waiting for these calls costs more than they do.
  mkdirSync(workingDirectory, { recursive: true, mode: directoryMode });
  if (temporaryDirectory === undefined) return;
  const spare = spareDirectories.pop();
  if (spare === undefined) mkdirSync(temporaryDirectory, { recursive: true, mode: directoryMode });
  else renameSync(spare, temporaryDirectory);
}

/** Hands on the directory for temporary files of a task that has ended, when it is as good as a new one. */
export function spareTemporary({ temporaryDirectory }: Task, { spareDirectories }: LeftForOthers): void {
  if (temporaryDirectory === undefined) return;
  const facts = lstatSync(temporaryDirectory, { throwIfNoEntry: false });
  const isAsMade = facts?.isDirectory() && (facts.mode & 0o7777) === directoryMode && facts.uid === process.getuid?.();
  if (isAsMade && readdirSync(temporaryDirectory).length === 0) spareDirectories.push(temporaryDirectory);
}

/** Finds the program of a task; one on the PATH is looked for once an execution. */
function findCommand(
  { command, environment, workingDirectory }: Task,
  programs: Map<string, string>,
): Task["command"] | undefined {
  const [name, ...rest] = command;
  const key = `${environment.PATH}:${name}`;
  const isPath = name.includes("/");
  const known = isPath ? undefined : programs.get(key);
  const found = known ?? resolveProgram(name, environment, workingDirectory);
  if (found === undefined) return undefined;
  if (!isPath) programs.set(key, found);
  return [found, ...rest];
}
