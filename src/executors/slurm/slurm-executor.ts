import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { type AtOnce, createAtOnce } from "../../domain/waiting/at-once.ts";
import { joinSignals } from "../../domain/waiting/joined-signal.ts";
import { createSlots, type Slots } from "../../domain/waiting/slots.ts";
import { slurmDirectory, taskRecordFile, tasksDirectory } from "../../files/layout.ts";
import type { Executor, Refusal, Task, TaskEnd, TaskKey, TaskState } from "../executor.ts";
import { checkTask } from "../local/launch-task.ts";
import { isRefusal, type LeftForOthers, prepareTask } from "../local/prepare-task.ts";
import { removeRecords, taskName } from "../local/task-records.ts";
import { type LimitWatch, watchLimits } from "../local/watch-limits.ts";
import { cancelJob } from "./cancel-job.ts";
import { createCancelling } from "./cancelling.ts";
import { createGathering } from "./gathering.ts";
import { createArrayBound, handOver, largestArray } from "./helper/hand-over.ts";
import { jobFiles, readBeginTime } from "./job-files.ts";
import { createJobPlaces } from "./job-places.ts";
import {
  claimTry,
  isWorthALook,
  lookForEnd,
  readClaim,
  readsAtOnce,
  type SlurmDeps,
  slurmName,
  watchJob,
} from "./slurm-tasks.ts";
import { unlessGivenUp, writeJob } from "./submit-job.ts";
import { createTurnGate, type TurnGate } from "./turn-gate.ts";
import { createFigures } from "./watch/figures.ts";
import { createHeartbeatPace } from "./watch/heartbeats.ts";
import { createListings } from "./watch/listings.ts";
import { createQueue } from "./watch/queue.ts";
import { type ToldSubmission, tellTask } from "./watch/tell-task.ts";
import { createTicks } from "./watch/ticks.ts";

/** A try that this process was asked to start, or to take up again. */
type Submission = ToldSubmission & {
  readonly giveUp: AbortController;
  hasBegun: boolean;
  slot?: Disposable;
  end?: TaskEnd;
};

type ExecutorDeps = SlurmDeps & {
  readonly slots: Slots;
  readonly submissions: Map<string, Submission>;
  readonly left: Map<string, LeftForOthers>;
  /** Prepares tasks, some of them at once: their directories are made without a wait, and thousands may come in one turn. */
  readonly begins: AtOnce;
  readonly gate: TurnGate;
};

const beginsAtOnce = 32;
/** What begins to be submitted in one turn. */
const perTurn = 200;

const noBound = Number.MAX_SAFE_INTEGER;

/**
 * Makes the executor that runs tools as jobs of the Slurm of this machine, as the user of this process, or with `areas` as
 * those who asked for them. The work directory and the outputs lie on a disk that the nodes share, under the same paths.
 */
export function createSlurmExecutor(
  given: Pick<SlurmDeps, "layout" | "logger" | "clock" | "confinement" | "commands" | "settings" | "areas"> & {
    /** How many tasks are with Slurm at once, and what they may ask for together; no bound where absent. */
    readonly capacity?: { readonly slots?: number; readonly cores?: number; readonly memoryMebibytes?: number };
  },
): Executor {
  const { clock, layout, commands, logger, settings } = given;
  const queue = createQueue(commands, clock, settings.pollSeconds * 1000);
  const listings = createListings(layout, clock);
  const places = createJobPlaces(listings);
  const arrays = { logger, commands, queue, places };
  const most = createArrayBound(commands);
  const gather = createGathering(
    clock.elapsed,
    async (gathered) => handOver(arrays, gathered, gathered.jobs.length === 1 ? 1 : await most()),
    largestArray,
  );
  const { slots = noBound, cores = noBound, memoryMebibytes = noBound } = given.capacity ?? {};
  const deps: ExecutorDeps = {
    ...given,
    heartbeat: createHeartbeatPace(commands, settings, clock),
    figures: createFigures(commands, queue, clock, settings.pollSeconds * 1000),
    ...{ queue, listings, ticks: createTicks(listings), places, gather, cancel: createCancelling(commands) },
    ...{ reads: createAtOnce(readsAtOnce), begins: createAtOnce(beginsAtOnce), gate: createTurnGate(perTurn) },
    ...{ slots: createSlots({ slots, cores, memoryMebibytes }), submissions: new Map(), left: new Map() },
  };
  return {
    name: slurmName,
    slots,
    submit: (task, signal) => submitTask(deps, task, signal),
    watch: (key, signal) => tellTask(deps, key, deps.submissions.get(taskName(key)), signal),
    beganAt: (key) => readBeginTime(jobFiles(deps.layout, key)),
    ended: (key, signal) => untilEnded(deps, key, signal),
    find: (key) => findTask(deps, key),
    cancel: (key, graceSeconds) => cancelTask(deps, key, graceSeconds),
    cleanup: async (executionId) => {
      for (const name of deps.submissions.keys()) if (name.startsWith(`${executionId}/`)) deps.submissions.delete(name);
      deps.left.delete(executionId);
      places.forget(executionId);
      deps.figures.forget(`heddle-${executionId}-`);
      listings.forget(executionId);
      await deps.areas?.release(executionId);
      await removeRecords(tasksDirectory(deps.layout, executionId));
      await rm(slurmDirectory(deps.layout, executionId), { recursive: true, force: true });
    },
  };
}

async function submitTask(deps: ExecutorDeps, task: Task, signal?: AbortSignal): Promise<Refusal | undefined> {
  const name = taskName(task.key);
  const known = deps.submissions.get(name);
  if (known !== undefined) return known.begun;
  const giveUp = new AbortController();
  const holder: { submission?: Submission } = {};
  const begun = begin(deps, task, {
    givenUp: giveUp.signal,
    signal,
    hold: (slot) => {
      if (holder.submission !== undefined) holder.submission.slot = slot;
    },
  });
  const submission: Submission = { task, begun, giveUp, hasBegun: false };
  holder.submission = submission;
  deps.submissions.set(name, submission);
  try {
    const refusal = await begun;
    if (refusal !== undefined) deps.submissions.delete(name);
    return refusal;
  } catch (error) {
    deps.submissions.delete(name);
    throw error;
  } finally {
    submission.hasBegun = true;
  }
}

type Beginning = {
  readonly givenUp: AbortSignal;
  readonly signal: AbortSignal | undefined;
  readonly hold: (slot: Disposable) => void;
};

async function begin(
  deps: ExecutorDeps,
  task: Task,
  { givenUp, signal, hold }: Beginning,
): Promise<Refusal | undefined> {
  const { key, reserves = { cores: 0, memoryMebibytes: 0 } } = task;
  const turn = deps.gate();
  if (turn !== undefined) await turn;
  // Asked without a wait: who finds room at once is not given up any more.
  if (existsSync(taskRecordFile(deps.layout, key))) {
    if ((await endOnRecord(deps, key)) === undefined) hold(deps.slots.occupy(reserves));
    return undefined;
  }
  using waiting = joinSignals(signal === undefined ? [givenUp] : [givenUp, signal]);
  const slot = await deps.slots.take(reserves, waiting.signal);
  try {
    checkTask(task);
    const files = jobFiles(deps.layout, key);
    const ready = await deps.begins(async () => {
      const prepared = await prepareTask((await deps.areas?.admit(task)) ?? task, leftOf(deps.left, key));
      signal?.throwIfAborted();
      // On record before anything is submitted: whoever made the record submits, nobody else.
      if (isRefusal(prepared) || !(await claimTry(deps, key, "ours"))) return prepared;
      return unlessGivenUp(files, givenUp, () => writeJob(deps, prepared, files, waiting.signal));
    });
    if (ready !== undefined && isRefusal(ready)) {
      slot[Symbol.dispose]();
      return ready;
    }
    if (ready !== undefined && "words" in ready) await unlessGivenUp(files, givenUp, () => deps.gather(ready));
    hold(slot);
    return undefined;
  } catch (error) {
    slot[Symbol.dispose]();
    throw error;
  }
}

/** The end of a try as far as files alone tell it. */
async function endOnRecord(deps: ExecutorDeps, key: TaskKey): Promise<TaskEnd | undefined> {
  const claim = await readClaim(deps, key);
  if (claim === "abandoned") return { kind: "notStarted", reason: "it was given up before it had started" };
  if (claim === "foreign") return { kind: "lost", reason: "another executor has it, which is not the one of Slurm" };
  return claim === undefined ? undefined : lookForEnd(deps, watchJob(deps, key));
}

async function findTask(deps: ExecutorDeps, key: TaskKey): Promise<TaskState> {
  const submission = deps.submissions.get(taskName(key));
  if (submission !== undefined) await Promise.allSettled([submission.begun]);
  if (submission?.end !== undefined) return { kind: "ended", end: submission.end };
  if ((await readClaim(deps, key)) === undefined) await claimTry(deps, key, "abandoned");
  const end = await endOnRecord(deps, key);
  return end === undefined ? { kind: "running" } : { kind: "ended", end };
}

async function untilEnded(deps: ExecutorDeps, key: TaskKey, signal: AbortSignal): Promise<TaskEnd> {
  const submission = deps.submissions.get(taskName(key));
  if (submission?.end !== undefined) return submission.end;
  if (submission !== undefined) await Promise.allSettled([submission.begun]);
  signal.throwIfAborted();
  const found = await findTask(deps, key);
  if (found.kind === "ended") return noteEnd(submission, found.end);
  const broken = Promise.withResolvers<never>();
  const holder: { watch?: LimitWatch | undefined } = {};
  const hold = () => {
    holder.watch ??= submission === undefined ? undefined : watchWritten(deps, submission.task, broken.reject);
  };
  try {
    const end = await Promise.race([untilOnRecord(deps, key, hold, signal), broken.promise]);
    return noteEnd(submission, holder.watch?.judge(end) ?? end);
  } finally {
    await holder.watch?.stop();
  }
}

/** Holds a task that runs to what it may write: time and memory are watched where it runs. */
function watchWritten(deps: ExecutorDeps, task: Task, fail: (error: unknown) => void): LimitWatch | undefined {
  const { writtenBytes, graceSeconds } = task.limits ?? {};
  if (writtenBytes === undefined) return undefined;
  const { logger, layout } = deps;
  const cancel = (seconds: number) => cancelTask(deps, task.key, seconds);
  return watchLimits(
    { logger, layout, cancel, fail },
    { ...task, limits: { writtenBytes, ...defined({ graceSeconds }) } },
  );
}

async function untilOnRecord(
  deps: ExecutorDeps,
  key: TaskKey,
  onBegun: () => void,
  signal: AbortSignal,
): Promise<TaskEnd> {
  const watched = watchJob(deps, key);
  for (;;) {
    const end = await lookForEnd(deps, watched, signal);
    if (end !== undefined) return end;
    if (watched.hasBegun === true) onBegun();
    await deps.ticks.until(key.executionId, (listing) => isWorthALook(deps, watched, listing), signal);
  }
}

/** Notes how a submission ended: what it took is free again. */
function noteEnd(submission: Submission | undefined, end: TaskEnd): TaskEnd {
  if (submission === undefined) return end;
  submission.end ??= end;
  submission.slot?.[Symbol.dispose]();
  return submission.end;
}

async function cancelTask(deps: ExecutorDeps, key: TaskKey, graceSeconds: number): Promise<void> {
  const submission = deps.submissions.get(taskName(key));
  if (submission?.end !== undefined) return;
  if (submission !== undefined && !submission.hasBegun) {
    submission.giveUp.abort(new Error("It was stopped before it had started"));
    await Promise.allSettled([submission.begun]);
  }
  if ((await readClaim(deps, key)) === undefined) await claimTry(deps, key, "abandoned");
  if ((await readClaim(deps, key)) !== "ours") return;
  await cancelJob(deps, key, graceSeconds);
  submission?.slot?.[Symbol.dispose]();
}

function leftOf(left: Map<string, LeftForOthers>, { executionId }: TaskKey): LeftForOthers {
  const known = left.get(executionId);
  if (known !== undefined) return known;
  const empty = { programs: new Map<string, string>(), spareDirectories: [] };
  left.set(executionId, empty);
  return empty;
}
