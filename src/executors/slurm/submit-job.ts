import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import { sleep } from "../../domain/timers.ts";
import { directoryMode, fileMode, type Layout, taskDirectory } from "../../files/layout.ts";
import type { Task } from "../executor.ts";
import { processLimits } from "../local/launch-task.ts";
import type { Launch } from "../local/supervisor-script.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import { giveUpJob, type JobFiles, putFile } from "./job-files.ts";
import { jobScript } from "./job-script.ts";
import { jobWords } from "./job-words.ts";
import type { Queue } from "./queue.ts";
import { isActive, type SlurmCommands, type SlurmSettings } from "./slurm-commands.ts";

export type SubmitJobDeps = {
  readonly layout: Layout;
  readonly logger: Logger;
  readonly confinement: Confinement;
  readonly commands: SlurmCommands;
  readonly queue: Queue;
  readonly settings: SlurmSettings;
};

/** The pauses between two submissions to a busy controller. */
const firstPauseMilliseconds = 1000;
const longestPauseMilliseconds = 60_000;

/**
 * Hands a prepared task to Slurm. A busy controller is asked again until the signal is aborted; then, and when Slurm
 * refuses the job, it can't begin any more. Throws `job-failed` with what Slurm said.
 */
export async function submitJob(deps: SubmitJobDeps, task: Task, files: JobFiles, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(files.script), { recursive: true, mode: directoryMode });
  try {
    await putFile(files.script, jobScript(task, files, await launchOf(deps, task)));
    const id = await untilAccepted(deps, task, files, signal);
    if (id !== undefined) await putFile(files.job, `${id}\n`);
  } catch (error) {
    await giveUpJob(files);
    throw error;
  }
}

async function untilAccepted(
  { commands, queue, settings, logger }: SubmitJobDeps,
  task: Task,
  files: JobFiles,
  signal: AbortSignal,
): Promise<string | undefined> {
  const words = jobWords(task, files, settings);
  for (let milliseconds = firstPauseMilliseconds; ; milliseconds *= 2) {
    const submitted = await commands.submit(words);
    if (submitted.kind === "accepted") return submitted.id;
    if (submitted.kind === "refused") {
      throw new Problem("job-failed", `Cannot submit a job to Slurm: found "${submitted.reason}", wanted it accepted`);
    }
    logger.warn("Slurm takes no job now", { job: files.name, reason: submitted.reason });
    await sleep(Math.min(milliseconds, longestPauseMilliseconds), { signal });
    // It may have been accepted, and the answer got lost. A second one would do no harm, but wait in the queue.
    const job = (await queue.ask(files.name))?.job;
    if (job !== undefined && isActive(job)) return job.id;
  }
}

async function launchOf({ layout, confinement }: SubmitJobDeps, task: Task): Promise<Launch> {
  const directory = taskDirectory(layout, task.key);
  const wrapping = confinement.wrap(task, directory, "");
  const limits = processLimits(task.limits ?? {}, true);
  if (wrapping === undefined) return { limits };
  const { options, ...wrapper } = wrapping;
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const optionsFile = join(directory, "sandbox");
  await writeFile(optionsFile, options, { mode: fileMode });
  return { limits, wrapper: { ...wrapper, optionsFile } };
}
