import { rm } from "node:fs/promises";
import { defined } from "../../../domain/defined.ts";
import type { Logger } from "../../../domain/logger.ts";
import { Problem } from "../../../domain/problem.ts";
import { sleep } from "../../../domain/waiting/timers.ts";
import type { Gathered, ReadyJob } from "../gathering.ts";
import { keepArray, putFile } from "../job-files.ts";
import type { JobPlaces } from "../job-places.ts";
import { arrayScript } from "../job-script.ts";
import type { SlurmCommands } from "../slurm-commands.ts";
import { isActive } from "../slurm-job.ts";
import type { Queue } from "../watch/queue.ts";

export type HandOverDeps = {
  readonly logger: Logger;
  readonly commands: SlurmCommands;
  readonly queue: Queue;
  readonly places: JobPlaces;
};

/** The pauses between two submissions to a busy controller. */
const firstPauseMilliseconds = 1000;
const longestPauseMilliseconds = 60_000;

/** No array has more elements, wherever it would be allowed. */
export const largestArray = 10_000;

/** Makes what tells how many elements an array may have here; it asks until it was told. */
export function createArrayBound({ limits }: SlurmCommands): () => Promise<number> {
  let known: number | undefined;
  return async () => {
    known ??= (await limits())?.arraySize;
    return Math.min(known ?? usualArraySize, largestArray);
  };
}

/** Slurm's own default, for a controller that does not answer now. */
const usualArraySize = 1001;

/** What the controller says when there is no room for so many jobs: fewer may find some. */
const fullWords = /MaxSubmit|MaxJobCount|maximum number of jobs|resource limit reached|unable to accept job/i;

/**
 * Hands jobs to Slurm, and settles each: one alone as it is, several as arrays of at most `most` elements. A busy
 * controller is asked again until all of them were given up; what Slurm refuses is rejected with `job-failed` and its words.
 */
export async function handOver(deps: HandOverDeps, gathered: Gathered, most: number): Promise<void> {
  const { jobs } = gathered;
  if (jobs.length > Math.max(1, most)) return inParts(deps, gathered, Math.max(1, most));
  try {
    const [first, second] = jobs;
    if (first === undefined) return;
    if (second === undefined) await handOverOne(deps, first, gathered.signal);
    else if (!(await handOverArray(deps, first, gathered))) return inParts(deps, gathered, Math.ceil(jobs.length / 2));
  } catch (error) {
    for (const { reject } of jobs) reject(error);
  }
  for (const { resolve } of jobs) resolve();
}

async function inParts(deps: HandOverDeps, { jobs, signal }: Gathered, size: number): Promise<void> {
  for (let first = 0; first < jobs.length; first += size) {
    await handOver(deps, { jobs: jobs.slice(first, first + size), signal }, size);
  }
}

async function handOverOne(deps: HandOverDeps, { files, words, user }: ReadyJob, signal: AbortSignal): Promise<void> {
  const all = [`--job-name=${files.name}`, ...words, files.script];
  const id = await untilAccepted(deps, files.name, all, { signal, isDivisible: false, ...defined({ user }) });
  await putFile(files.job, `${id}\n`);
}

/** False when there is no room for so many: then nothing of it is with Slurm. */
async function handOverArray(deps: HandOverDeps, first: ReadyJob, { jobs, signal }: Gathered): Promise<boolean> {
  const files = jobs.map((job) => job.files);
  const names = files.map(({ name }) => name);
  const array = await keepArray(first.executionId, files);
  deps.places.note(first.executionId, array, names);
  await putFile(array.script, arrayScript(array, names));
  const words = [`--job-name=${array.name}`, `--array=0-${jobs.length - 1}`, ...first.words, array.script];
  const id = await untilAccepted(deps, array.name, words, {
    ...{ signal, isDivisible: true },
    ...defined({ user: first.user }),
  });
  if (id !== undefined) await putFile(array.job, `${id}\n`);
  else {
    deps.places.drop(first.executionId, array, names);
    await rm(array.manifest);
  }
  return id !== undefined;
}

type Accepting = { readonly signal: AbortSignal; readonly isDivisible: boolean; readonly user?: number };

/** Gives the job's number; undefined when there is no room for what can be divided. */
async function untilAccepted(
  { commands, queue, logger }: HandOverDeps,
  name: string,
  words: readonly string[],
  { signal, isDivisible, user }: Accepting,
): Promise<string | undefined> {
  for (let milliseconds = firstPauseMilliseconds; ; milliseconds *= 2) {
    const submitted = await commands.submit(words, user);
    if (submitted.kind === "accepted") return submitted.id;
    if (submitted.kind === "refused") {
      throw new Problem("job-failed", `Cannot submit a job to Slurm: found "${submitted.reason}", wanted it accepted`);
    }
    logger.warn("Slurm takes no job now", { job: name, reason: submitted.reason });
    await sleep(Math.min(milliseconds, longestPauseMilliseconds), { signal });
    // It may have been accepted, and the answer got lost. A second one would do no harm, but wait in the queue.
    const answer = await queue.ask(name);
    if (answer?.job !== undefined && isActive(answer.job)) return answer.job.id.replace(/_.*$/, "");
    if (isDivisible && answer !== undefined && fullWords.test(submitted.reason)) return undefined;
  }
}
