import type { Clock } from "../../domain/clock.ts";
import { sleep } from "../../domain/timers.ts";
import { taskRecordFile } from "../../files/layout.ts";
import { readOwn } from "../../files/open-regular.ts";
import type { TaskEnd, TaskKey } from "../executor.ts";
import { endByCause, hasCause } from "./causes.ts";
import {
  giveUpJob,
  type JobFiles,
  jobFiles,
  listJobFiles,
  makeFile,
  readBegin,
  readEnd,
  writeEnd,
} from "./job-files.ts";
import { isActive, type SlurmJob } from "./slurm-commands.ts";
import type { SubmitJobDeps } from "./submit-job.ts";

export type SlurmDeps = SubmitJobDeps & { readonly clock: Clock };

/** What tries of this executor have in their records. */
export const slurmName = "slurm";

const ours = `executor ${slurmName}\nend\n`;
const abandoned = "abandoned\nend\n";

/** Whose a try is: of the jobs of this executor, of nobody, or of another executor. */
export type Claim = "ours" | "abandoned" | "foreign";

/** How often a record is looked at again that is just being written, and the pause between two looks. */
const writingRounds = 40;
const writingMilliseconds = 5;

/** Reads whose a try is; undefined when nobody has it yet. */
export async function readClaim(deps: SlurmDeps, key: TaskKey): Promise<Claim | undefined> {
  const read = () => readOwn(taskRecordFile(deps.layout, key));
  let text = await read();
  for (let round = 0; round < writingRounds && text?.endsWith("end\n") === false; round += 1) {
    await sleep(writingMilliseconds);
    text = await read();
  }
  if (text === undefined) return undefined;
  if (text === abandoned) return "abandoned";
  // One that was cut off: nothing was submitted without all of it, so its job can only be missing.
  return ours.startsWith(text) ? "ours" : "foreign";
}

/** Takes a try for a job of ours, or for nobody. False when it was taken before. */
export function claimTry(deps: SlurmDeps, key: TaskKey, claim: "ours" | "abandoned"): Promise<boolean> {
  return makeFile(taskRecordFile(deps.layout, key), claim === "ours" ? ours : abandoned);
}

/** What a wait remembers between two looks. */
type Watched = {
  readonly files: JobFiles;
  readonly since: number;
  /** Since when nothing of it is in the queue. */
  goneSince?: number;
  job?: SlurmJob;
};

/** Begins to look at a job that was submitted until now. */
export function watchJob(deps: SlurmDeps, key: TaskKey): Watched {
  return { files: jobFiles(deps.layout, key), since: deps.clock.elapsed() };
}

/** Looks once whether a job has ended; only a record of it proves that. */
export async function lookForEnd(deps: SlurmDeps, key: TaskKey, watched: Watched): Promise<TaskEnd | undefined> {
  const { files } = watched;
  const names = await listJobFiles(deps.layout, key.executionId);
  const isThere = (path: string) => names.has(path.slice(path.lastIndexOf("/") + 1));
  if (isThere(files.end)) {
    const record = await readEnd(files);
    if (record !== undefined) {
      const isOurs = isThere(files.stop) || !record.wasTold;
      return isOurs ? record.end : toldEnd(deps, files, record.end);
    }
  }
  if (isThere(files.begin) && (await readBegin(files))?.kind === "abandoned") {
    return { kind: "notStarted", reason: "it was given up before it had started" };
  }
  return (await isGone(deps, watched)) ? endOfGone(deps, watched) : undefined;
}

/** Whether the queue has said for long enough that nothing of a job is there. */
async function isGone({ queue, clock, settings }: SlurmDeps, watched: Watched): Promise<boolean> {
  const answer = queue.look(watched.files.name);
  if (answer === undefined || answer.askedAt < watched.since) return false;
  if (answer.job !== undefined) watched.job = answer.job;
  if (answer.job !== undefined && isActive(answer.job)) {
    delete watched.goneSince;
    return false;
  }
  watched.goneSince ??= clock.elapsed();
  return clock.elapsed() - watched.goneSince >= settings.graceSeconds * 1000;
}

async function endOfGone(deps: SlurmDeps, { files, job }: Watched): Promise<TaskEnd | undefined> {
  const known = job?.id ?? (await readOwn(files.job))?.trim();
  const last = known === undefined ? undefined : await deps.commands.show(known);
  if (last !== undefined && isActive(last)) return undefined;
  const isStopped = (await readOwn(files.stop)) !== undefined;
  const hasBegun = !(await giveUpJob(files));
  return writeEnd(files, isStopped && hasBegun ? { kind: "exited", exitCode: 137 } : endByCause(last ?? job, hasBegun));
}

/** How often Slurm is asked for the last word on a job that it told to stop. */
const lastWordRounds = 20;

/** A tool that was told to stop, and not by us: Slurm says why, as soon as its job has ended. */
async function toldEnd({ commands }: SlurmDeps, files: JobFiles, end: TaskEnd): Promise<TaskEnd> {
  const id = (await readOwn(files.job))?.trim();
  if (id === undefined) return end;
  for (let round = 0; round < lastWordRounds; round += 1) {
    const job = await commands.show(id);
    if (job === undefined) return end;
    if (hasCause(job)) return endByCause(job, true);
    if (!isActive(job)) return end;
    await sleep(500);
  }
  return end;
}
