import { Problem } from "../../domain/problem.ts";
import type { Mount, Task, TaskView } from "../executor.ts";
import { maxProcesses } from "../sandbox/control-groups.ts";
import type { ContainerEngine } from "./container-engine.ts";

/** A task that a container engine runs. */
export type EngineTask = {
  readonly task: Task;
  readonly view: TaskView;
  /** What the engine calls the image. */
  readonly image: string;
  /** The container's name: by it the container is found and stopped. */
  readonly name: string;
  /** Directory of the task's own, which it sees as /tmp. */
  readonly temporaryDirectory: string;
  /** The file of its environment, as `environmentFile` words it. */
  readonly environmentFile: string;
};

/**
 * Words the command of an engine that runs a task and ends as it does. The engine's program stays in the foreground: its
 * supervisor records the end, and a crash of the server leaves it alone.
 */
export function engineCommand(engine: ContainerEngine, given: EngineTask): readonly [string, ...string[]] {
  switch (engine.name) {
    case "docker":
    case "podman":
      return dockerCommand(engine, given);
    case "apptainer":
    case "singularity":
      return apptainerCommand(engine, given);
    default:
      return engine.name satisfies never;
  }
}

/** Words an environment as engines read it from a file: arguments could be read by every user of the machine. */
export function environmentFile(engine: ContainerEngine, environment: Readonly<Record<string, string>>): string {
  const isShell = isApptainer(engine);
  const lines = fileEntries(engine, environment).map(([name, value]) =>
    isShell ? `${name}='${value.replaceAll("'", `'\\''`)}'\n` : `${name}=${value}\n`,
  );
  return lines.join("");
}

/** The files of docker and podman end a value at the end of its line; apptainer takes HOME from an option alone. */
function fileEntries(engine: ContainerEngine, environment: Readonly<Record<string, string>>) {
  const isShell = isApptainer(engine);
  return Object.entries(environment).filter(([name, value]) => (isShell ? name !== "HOME" : !value.includes("\n")));
}

function isApptainer({ name }: ContainerEngine): boolean {
  return name === "apptainer" || name === "singularity";
}

function dockerCommand(engine: ContainerEngine, given: EngineTask): readonly [string, ...string[]] {
  const { task, view, name } = given;
  const { memoryMebibytes, cores, writtenBytes } = task.limits ?? {};
  const inFile = new Set(fileEntries(engine, task.environment).map(([entry]) => entry));
  const others = Object.entries(task.environment).filter(([entry]) => !inFile.has(entry));
  const own: Mount = { source: given.temporaryDirectory, target: "/tmp", isWritable: true };
  const mounts = [own, ...view.mounts].toSorted((a, b) => a.target.length - b.target.length);
  return [
    engine.program,
    ...[...engine.globalFlags, "run", "--rm", "--interactive", "--name", name, "--label", `heddle-task=${name}`],
    ...["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--log-driver", "none"],
    ...engine.runFlags,
    ...(view.hasNetwork ? [] : ["--network", "none"]),
    ...(engine.limitsResources ? ["--pids-limit", String(maxProcesses)] : []),
    ...(engine.limitsResources && memoryMebibytes !== undefined ? ["--memory", `${memoryMebibytes}m`] : []),
    ...(engine.limitsResources && cores !== undefined ? ["--cpus", String(cores)] : []),
    ...(writtenBytes === undefined ? [] : ["--ulimit", `fsize=${writtenBytes}:${writtenBytes}`]),
    ...mounts.flatMap((mount) => ["--mount", mountWords(mount)]),
    ...["--workdir", view.workingDirectory, "--env-file", given.environmentFile],
    ...others.flatMap(([entry, value]) => ["--env", `${entry}=${value}`]),
    ...[given.image, ...task.command],
  ];
}

/** Fields of CSV: a path may hold a comma. */
function mountWords({ source, target, isWritable }: Mount): string {
  const field = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const fields = ["type=bind", `source=${source}`, `target=${target}`, ...(isWritable ? [] : ["readonly"])];
  return fields.map(field).join(",");
}

function apptainerCommand(engine: ContainerEngine, given: EngineTask): readonly [string, ...string[]] {
  const { task, view } = given;
  const own: Mount = { source: given.temporaryDirectory, target: "/tmp", isWritable: true };
  const mounts = [own, ...view.mounts].toSorted((a, b) => a.target.length - b.target.length);
  refuseSeparators(engine, mounts);
  return [
    engine.program,
    ...[...engine.globalFlags, "--quiet", "run", "--containall", "--cleanenv", "--no-home"],
    ...engine.runFlags,
    ...homeWords(engine, task.environment.HOME),
    ...(view.hasNetwork ? [] : ["--net", "--network", "none"]),
    ...mounts.flatMap(({ source, target, isWritable }) => [
      "--bind",
      `${source}:${target}:${isWritable ? "rw" : "ro"}`,
    ]),
    ...["--pwd", view.workingDirectory, "--env-file", given.environmentFile],
    ...[given.image, ...task.command],
  ];
}

/** Says what HOME is, beside --no-home, so that nothing is mounted for it. A colon would end it. */
function homeWords({ name }: ContainerEngine, home: string | undefined): readonly string[] {
  if (home === undefined) return [];
  if (home.startsWith("/") && !home.includes(":")) return ["--home", home];
  throw new Problem(
    "invalid-parameter-value",
    `Cannot start in ${name}: found the variable HOME ${JSON.stringify(home)}, wanted an absolute path without colon`,
  );
}

/** It takes several mounts in one word, with signs between that it lets nobody escape: a path that has one would show others. */
function refuseSeparators({ name }: ContainerEngine, mounts: readonly Mount[]): void {
  const path = mounts.flatMap(({ source, target }) => [source, target]).find((one) => /[,:\\\n]/.test(one));
  if (path === undefined) return;
  throw new Problem(
    "invalid-parameter-value",
    `Cannot start in ${name}: found the path ${JSON.stringify(path)}, wanted one without comma, colon, backslash and line break`,
  );
}
