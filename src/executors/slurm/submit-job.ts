import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { directoryMode, executionWorkDirectory, isInside, type Layout, taskDirectory } from "../../files/layout.ts";
import type { Task } from "../executor.ts";
import { processLimits } from "../local/launch-task.ts";
import { type Launch, unknownShell } from "../local/supervisor-script.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import { sandboxStatusFile } from "../sandbox/unmade-sandbox.ts";
import type { Gathering, ReadyJob } from "./gathering.ts";
import type { UserAreas } from "./helper/user-areas.ts";
import { giveUpJob, type JobFiles, writeJobFile } from "./job-files.ts";
import { jobScript } from "./job-script.ts";
import { jobWords } from "./job-words.ts";
import type { SlurmSettings } from "./slurm-commands.ts";
import type { HeartbeatPace } from "./watch/heartbeats.ts";

export type SubmitJobDeps = {
  readonly layout: Layout;
  readonly confinement: Confinement;
  readonly gather: Gathering;
  readonly heartbeat: HeartbeatPace;
  readonly settings: SlurmSettings;
  /** Where tools run as the users who asked for them; else as this one. */
  readonly areas?: UserAreas;
};

/** Writes all that the node needs of a prepared task, and gives the job as it is handed over. */
export async function writeJob(
  deps: SubmitJobDeps,
  task: Task,
  files: JobFiles,
  signal: AbortSignal,
): Promise<ReadyJob> {
  await mkdir(dirname(files.script), { recursive: true, mode: directoryMode });
  const launch = await launchOf(deps, task);
  const heartbeatSeconds = await deps.heartbeat();
  const reads = readOf(deps.layout, task, launch);
  const how = { isOfUser: deps.areas !== undefined, reads, ...defined({ heartbeatSeconds }) };
  // Not synced: what a power cut leaves of it makes no complete record.
  await writeJobFile(files.script, jobScript(task, files, launch, how));
  await deps.areas?.handOver(task);
  const { executionId } = task.key;
  const user = await deps.areas?.userOf(executionId);
  return { executionId, files, words: jobWords(task, deps.settings), signal, ...defined({ user }) };
}

/**
 * Does what brings a job to Slurm. When that fails, or is aborted because the task is given up, the job can't begin any
 * more: then there is nothing to give.
 */
export async function unlessGivenUp<T>(
  files: JobFiles,
  givenUp: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    await giveUpJob(files);
    // Who gave it up writes its end.
    if (!givenUp.aborted) throw error;
    return undefined;
  }
}

async function launchOf({ layout, confinement }: SubmitJobDeps, task: Task): Promise<Launch> {
  const directory = taskDirectory(layout, task.key);
  const wrapping = confinement.wrap(task, directory, unknownShell);
  const limits = processLimits(task.limits ?? {}, true);
  if (wrapping === undefined) {
    refuseLent(layout, task);
    return { limits };
  }
  const { options, ...wrapper } = wrapping;
  const optionsFile = join(directory, "sandbox");
  await writeJobFile(optionsFile, options);
  return { limits, wrapper: { ...wrapper, optionsFile, statusFile: sandboxStatusFile(directory) } };
}

/** What the node must see before the tool runs, as far as it is there: a job has no more words than this. */
function readOf({ workDirectory }: Layout, task: Task, { wrapper }: Launch): readonly string[] {
  const { workingDirectory, temporaryDirectory, stdin, view, command, staging = [] } = task;
  const sources = view?.mounts.map(({ source }) => source) ?? [];
  const links = staging.flatMap((entry) => (entry.kind === "link" || entry.kind === "own" ? [entry.source] : []));
  const made = command.filter((word) => isInside(workDirectory, word));
  const all = [workingDirectory, temporaryDirectory, stdin, wrapper?.optionsFile, ...sources, ...links, ...made];
  const paths = new Set(all.filter((path) => path?.startsWith("/") === true && !path.includes("\n")));
  return [...paths].slice(0, mostRead).flatMap((path) => (path !== undefined && existsSync(path) ? [path] : []));
}

const mostRead = 2000;

/** A tool without a sandbox looks for its inputs where they really are, where another user may not read them. */
function refuseLent(layout: Layout, { key, command, view, owner }: Task): void {
  const area = executionWorkDirectory(layout, key.executionId);
  const lent = view?.mounts.find(
    ({ source, target }) => source !== target && isInside(area, source) && !isInside(area, target),
  );
  if (lent === undefined || view?.image !== undefined) return;
  const found = `input "${lent.target}", which only the service may read, and no sandbox`;
  const wanted = `a sandbox, or inputs below input-root that "${owner?.user ?? "the user"}" may read`;
  throw new Problem("job-failed", `Cannot start "${command[0]}": found ${found}, wanted ${wanted}`);
}
