import { basename } from "node:path";
import { defined } from "../../domain/defined.ts";
import type { Logger } from "../../domain/logger.ts";
import type { AtOnce } from "../../domain/waiting/at-once.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { readOwn } from "../../files/disk/open-regular.ts";
import { taskDirectory, taskLogFile, taskRecordFile } from "../../files/layout.ts";
import type { TaskEnd, TaskFigures, TaskKey } from "../executor.ts";
import { unlessUnmade } from "../sandbox/unmade-sandbox.ts";
import type { CancelOne } from "./cancelling.ts";
import {
  endText,
  figuresOf,
  giveUpJob,
  jobFiles,
  makeFile,
  mostOf,
  parseEnd,
  putFile,
  readBegin,
  readEnd,
  writeEnd,
} from "./job-files.ts";
import type { JobPlace, JobPlaces } from "./job-places.ts";
import type { SlurmCommands } from "./slurm-commands.ts";
import { isActive, type SlurmJob } from "./slurm-job.ts";
import type { SubmitJobDeps } from "./submit-job.ts";
import { accountingMilliseconds, type LastWord, settlingMilliseconds } from "./watch/accounting.ts";
import { endByCause, hasCause } from "./watch/causes.ts";
import type { Figures } from "./watch/figures.ts";
import { isBeatDue } from "./watch/heartbeats.ts";
import { untilSeen } from "./watch/late-files.ts";
import type { Listing, Listings } from "./watch/listings.ts";
import type { Queue } from "./watch/queue.ts";
import { type Followed, followBeat, givesSigns, mayRun } from "./watch/silent-jobs.ts";
import type { Ticks } from "./watch/ticks.ts";

export type SlurmDeps = SubmitJobDeps & {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly commands: SlurmCommands;
  readonly queue: Queue;
  readonly listings: Listings;
  readonly ticks: Ticks;
  readonly places: JobPlaces;
  readonly cancel: CancelOne;
  readonly figures: Figures;
  /** Reads records, some of them at once: thousands may begin or end at one moment, and each turn of the program stays short. */
  readonly reads: AtOnce;
};

/** Records that are read at once. */
export const readsAtOnce = 32;

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
  const read = () => deps.reads(() => readOwn(taskRecordFile(deps.layout, key)));
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
type Watched = Followed & {
  readonly key: TaskKey;
  readonly since: number;
  readonly endName: string;
  readonly beginName: string;
  readonly beatName: string;
  place?: JobPlace;
  /** Since when nothing of it is in the queue. */
  goneSince?: number;
  /** When the accounting was asked in vain, and when it did not answer at all: it is asked again at the pace of the queue. */
  later?: { readonly askedAt: number; readonly silentAt: number };
  /** What was last heard of what it takes. */
  figures?: TaskFigures;
  job?: SlurmJob;
};

/** Begins to look at a job that was submitted until now. */
export function watchJob(deps: SlurmDeps, key: TaskKey): Watched {
  const files = jobFiles(deps.layout, key);
  const names = { endName: basename(files.end), beginName: basename(files.begin), beatName: basename(files.beat) };
  return { key, files, ...names, since: deps.clock.elapsed() };
}

/** Tells whether a look at a job may find its end, or that it began: by what was listed, and what the queue says. */
export function isWorthALook(deps: SlurmDeps, watched: Watched, { names, manifests }: Listing): boolean {
  if (names.has(watched.endName)) return true;
  if (watched.hasBegun === undefined && names.has(watched.beginName)) return true;
  const { place } = watched;
  if (watched.hasBegun === true && place !== undefined) noteFigures(deps, watched, place);
  if (names.has(watched.beatName) && isBeatDue(deps.clock, watched.beat)) return true;
  // Another server may have put it into an array meanwhile.
  if (
    place === undefined ||
    (place.array === undefined && manifests.length > deps.places.readCount(watched.key.executionId))
  )
    return true;
  return isGone(deps, watched, place);
}

/**
 * Looks once whether a job has ended; only a record of it proves that. With a signal, what it left is waited for until that is
 * aborted; without one, a job whose files are not seen yet has not ended.
 */
export async function lookForEnd(
  deps: SlurmDeps,
  watched: Watched,
  signal?: AbortSignal,
): Promise<TaskEnd | undefined> {
  const { files, key } = watched;
  const { names } = await deps.listings.look(key.executionId);
  const isThere = (path: string) => names.has(basename(path));
  if (isThere(files.end)) {
    const record = await deps.reads(() => readEnd(files));
    if (record !== undefined) {
      if (!(await untilSeen(deps, files, record, signal))) return undefined;
      const made = unlessUnmade(record.end, taskDirectory(deps.layout, key), taskLogFile(deps.layout, key));
      if (made.kind === "notStarted") {
        deps.confinement.lookAgain();
        return made;
      }
      const isOurs = isThere(files.stop) || !(record.wasTold || isKilled(record.end));
      const end = { ...record.end, ...figuresOf(record.end, watched.figures) };
      return isOurs ? end : toldEnd(deps, watched, end, signal);
    }
  }
  if (watched.hasBegun === undefined && isThere(files.begin)) {
    const begun = await deps.reads(() => readBegin(files));
    if (begun?.kind === "abandoned") {
      // Who gave it up may have written an end since the listing.
      const record = await readEnd(files);
      return record?.end ?? { kind: "notStarted", reason: "it was given up before it had started" };
    }
    if (begun !== undefined) watched.hasBegun = true;
  }
  if (watched.place?.array === undefined) watched.place = await deps.places.find(key.executionId, files);
  if (names.has(watched.beatName)) await followBeat(deps, watched, watched.place.name);
  return isGone(deps, watched, watched.place) ? endOfGone(deps, watched) : undefined;
}

function noteFigures({ figures }: SlurmDeps, watched: Watched, { name }: JobPlace): void {
  const found = figures.look(name);
  if (found !== undefined) watched.figures = found;
}

/** Whether the queue has said for long enough that nothing of a job is there. */
function isGone({ queue, clock, settings }: SlurmDeps, watched: Watched, { name }: JobPlace): boolean {
  const answer = queue.look(name);
  if (answer === undefined || answer.askedAt < watched.since) return false;
  if (answer.job !== undefined) watched.job = answer.job;
  if (answer.job === undefined ? runsForgotten(clock, watched) : mayRun(answer.job, watched)) {
    delete watched.goneSince;
    return false;
  }
  watched.goneSince ??= clock.elapsed();
  if (watched.later !== undefined && clock.elapsed() - watched.later.askedAt < settings.pollSeconds * 1000)
    return false;
  return clock.elapsed() - watched.goneSince >= settings.graceSeconds * 1000;
}

/** Whether a job runs of which the controller knows nothing, not even an end: it may have lost all that it knew. */
function runsForgotten(clock: Clock, watched: Watched): boolean {
  return (watched.job === undefined || isActive(watched.job)) && givesSigns(clock, watched);
}

async function endOfGone(deps: SlurmDeps, watched: Watched): Promise<TaskEnd | undefined> {
  const { key, files, job, figures } = watched;
  const known = job?.id ?? (await deps.places.numberOf(key.executionId, files));
  const last = known === undefined ? undefined : await deps.commands.show(known, await submittedName(deps, watched));
  if (isStillToCome(deps, watched, last)) return undefined;
  const isStopped = (await readOwn(files.stop)) !== undefined;
  const hasBegun = !(await giveUpJob(files));
  if (hasBegun) watched.hasBegun = true;
  // One whose beginning is seen only now.
  if (typeof last === "object" && mayRun(last, watched)) return undefined;
  if (isStopped && hasBegun) return writeEnd(files, { kind: "exited", exitCode: 137 });
  const kept = hasBegun ? await readOwn(files.cause) : undefined;
  const told = last === "later" ? job : (last ?? job);
  const end = (kept === undefined ? undefined : parseEnd(kept)?.end) ?? endByCause(told, hasBegun);
  const spent = hasBegun && known !== undefined ? await deps.figures.ofEnded(known) : undefined;
  return writeEnd(files, end.kind === "notStarted" ? end : { ...end, ...mostOf([figuresOf(end), spent, figures]) });
}

/** Tells whether a job may still run, or more may come to be known of one that is gone. */
function isStillToCome({ clock, logger }: SlurmDeps, watched: Watched, last: LastWord): boolean {
  if (typeof last === "object") return mayRun(last, watched);
  const { job, later } = watched;
  if (job !== undefined && !isActive(job)) return false;
  const askedAt = clock.elapsed();
  const silentAt = last === "later" ? askedAt : later?.silentAt;
  if (silentAt === undefined || askedAt - silentAt >= settlingMilliseconds) return false;
  watched.goneSince ??= askedAt;
  if (askedAt - watched.goneSince >= accountingMilliseconds) return false;
  if (later === undefined) {
    const about = { job: watched.files.name, seconds: accountingMilliseconds / 1000 };
    logger.warn("The accounting of Slurm does not tell how a job ended, and is asked again", about);
  }
  watched.later = { askedAt, silentAt };
  return true;
}

/** The name by which a job was submitted: that of its array, where it is an element of one. */
async function submittedName({ places }: SlurmDeps, { key, files }: Watched): Promise<string> {
  return (await places.find(key.executionId, files)).array?.files.name ?? files.name;
}

/** How often Slurm is asked for the last word on a job that it told to stop. */
const lastWordRounds = 20;

/** What a shell tells of a tool that SIGKILL ended, as the system does at the memory limit of its job. */
const killedCode = 128 + 9;

function isKilled(end: TaskEnd): boolean {
  return end.kind === "exited" && end.exitCode === killedCode;
}

/**
 * A tool that was stopped, and not by us: Slurm says why, as soon as its job has ended. That is kept, as it forgets jobs. An
 * accounting that does not answer is waited for; without a signal the task has not ended yet.
 */
async function toldEnd(
  deps: SlurmDeps,
  watched: Watched,
  end: TaskEnd,
  signal: AbortSignal | undefined,
): Promise<TaskEnd | undefined> {
  const { cause } = watched.files;
  const kept = await readOwn(cause);
  const known = kept === undefined ? undefined : parseEnd(kept)?.end;
  if (known !== undefined) return known;
  const told = await askWhy(deps, watched, signal);
  if (told === "later") return undefined;
  if (told === undefined || told.kind === "exited") return end;
  const whole = { ...told, ...figuresOf({ ...told, ...figuresOf(end) }) };
  await putFile(cause, endText(whole));
  return whole;
}

async function askWhy(
  deps: SlurmDeps,
  watched: Watched,
  signal: AbortSignal | undefined,
): Promise<TaskEnd | "later" | undefined> {
  const id = await deps.places.numberOf(watched.key.executionId, watched.files);
  if (id === undefined) return undefined;
  const name = await submittedName(deps, watched);
  for (let round = 0; round < lastWordRounds; ) {
    const job = await deps.commands.show(id, name);
    if (job !== "later" && hasCause(job)) return endByCause(job, true);
    if (job === "later" && signal === undefined) return job;
    if (!isStillToCome(deps, watched, job)) return undefined;
    const isLate = typeof job !== "object";
    if (!isLate) round += 1;
    await sleep(isLate ? deps.settings.pollSeconds * 1000 : 500, defined({ signal }));
  }
  return undefined;
}
