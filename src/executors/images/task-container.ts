import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isJsonObject } from "../../domain/values/json.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { directoryMode, fileMode, isInside } from "../../files/layout.ts";
import type { Task, TaskView } from "../executor.ts";
import { taskName } from "../local/task-records.ts";
import { runProgram } from "../run-program.ts";
import type { ContainerEngine } from "./container-engine.ts";
import { engineCommand, environmentFile } from "./engine-command.ts";
import type { EngineImage } from "./image.ts";

/** The file in a task's directory that says which container it runs in: whoever stops it must know. */
function recordFile(directory: string): string {
  return join(directory, "container");
}

/** Prepares a task for a container engine: its record, its environment, its own directories. Gives the command to run. */
export function prepareContainer(
  engine: ContainerEngine,
  task: Task,
  view: TaskView & { readonly image: EngineImage },
  directory: string,
): readonly [string, ...string[]] {
  const name = `heddle-${createHash("sha256")
    .update(`${directory} ${taskName(task.key)}`)
    .digest("hex")
    .slice(0, 32)}`;
  const privateDirectory = join(directory, "private");
  const temporaryDirectory = join(privateDirectory, "tmp");
  mkdirSync(temporaryDirectory, { recursive: true, mode: directoryMode });
  makeMountPoints(view, temporaryDirectory);
  const file = join(directory, "environment");
  writeFileSync(file, environmentFile(engine, task.environment), { mode: fileMode });
  const client = [engine.program, ...engine.globalFlags];
  const hasDaemon = engine.name === "docker" || engine.name === "podman";
  if (hasDaemon) writeFileSync(recordFile(directory), JSON.stringify({ client, name }), { mode: fileMode });
  return engineCommand(engine, {
    task,
    view,
    image: view.image.reference,
    name,
    temporaryDirectory,
    environmentFile: file,
  });
}

/** What an engine makes itself to mount on may belong to a user whose files this one cannot remove. */
function makeMountPoints(view: TaskView, temporaryDirectory: string): void {
  for (const { source, target } of view.mounts) {
    if (!isInside("/tmp", target)) continue;
    const point = join(temporaryDirectory, relative("/tmp", target));
    const isDirectory = statSync(source).isDirectory();
    mkdirSync(isDirectory ? point : dirname(point), { recursive: true, mode: directoryMode });
    if (!isDirectory) closeSync(openSync(point, "a", fileMode));
  }
}

type Container = { readonly client: readonly string[]; readonly name: string };

async function readContainer(directory: string): Promise<Container | undefined> {
  const text = await readOwn(recordFile(directory));
  const record: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isJsonObject(record) || !Array.isArray(record.client) || typeof record.name !== "string") return undefined;
  return { client: record.client.filter((word) => typeof word === "string"), name: record.name };
}

/** What an engine may take for one of these commands, besides the grace period. */
const commandMilliseconds = 60_000;

/** Asks the container of a task to end, and kills it after the grace period. False when the task has none. */
export async function stopContainer(
  directory: string,
  environment: Readonly<Record<string, string>>,
  graceSeconds: number,
): Promise<boolean> {
  const container = await readContainer(directory);
  if (container === undefined) return false;
  const { client, name } = container;
  const words = [...client, "stop", "--time", String(Math.ceil(graceSeconds)), name];
  // One that is not there yet, or no more, cannot be stopped: what follows makes sure.
  await runProgram(words, environment, commandMilliseconds + graceSeconds * 1000);
  return true;
}

/** Removes what may be left of a task's container, whose client has gone. Nothing happens when there is none. */
export async function removeContainer(directory: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const container = await readContainer(directory);
  if (container === undefined) return;
  const { client, name } = container;
  await runProgram([...client, "rm", "--force", name], environment, commandMilliseconds);
}
