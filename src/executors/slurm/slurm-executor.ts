import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { joinSignals } from "../../domain/joined-signal.ts";
import { pause } from "../../domain/pause.ts";
import { createSlots, type Slots } from "../../domain/slots.ts";
import { sleep } from "../../domain/timers.ts";
import { slurmDirectory, taskRecordFile, tasksDirectory } from "../../files/layout.ts";
import type { Executor, Refusal, Task, TaskEnd, TaskKey, TaskState, TaskUpdate } from "../executor.ts";
import { followTask } from "../local/follow-task.ts";
import { checkTask } from "../local/launch-task.ts";
import { isRefusal, type LeftForOthers, prepareTask } from "../local/prepare-task.ts";
import { removeRecords, taskName } from "../local/task-records.ts";
import { outsidePath } from "../local/task-streams.ts";
import { watchLimits } from "../local/watch-limits.ts";
import { cancelJob } from "./cancel-job.ts";
import { waitingReason } from "./causes.ts";
import { jobFiles, readBegin } from "./job-files.ts";
import { createQueue } from "./queue.ts";
import { claimTry, lookForEnd, readClaim, type SlurmDeps, slurmName, watchJob } from "./slurm-tasks.ts";
import { submitJob } from "./submit-job.ts";

/** A try that this process was asked to start, or to take up again. */
type Submission = {
  readonly task: Task;
  /** Resolves when it is with Slurm, or was before. */
  readonly begun: Promise<Refusal | undefined>;
  readonly giveUp: AbortController;
  hasBegun: boolean;
  slot?: Disposable;
  end?: TaskEnd;
};

type ExecutorDeps = SlurmDeps & {
  readonly slots: Slots;
  readonly submissions: Map<string, Submission>;
  readonly left: Map<string, LeftForOthers>;
};

/** How often the records of a task are looked for. */
const tickMilliseconds = 500;

const noBound = Number.MAX_SAFE_INTEGER;

/**
 * Makes the executor that runs tools as jobs of the Slurm of this machine, as the user of this process. The work directory
 * and the outputs lie on a disk that the nodes share, under the same paths.
 */
export function createSlurmExecutor(
  given: Omit<SlurmDeps, "queue"> & {
    /** How many tasks are with Slurm at once, and what they may ask for together; no bound where absent. */
    readonly capacity?: { readonly slots?: number; readonly cores?: number; readonly memoryMebibytes?: number };
  },
): Executor {
  const queue = createQueue(given.commands, given.clock, given.settings.pollSeconds * 1000);
  const { slots = noBound, cores = noBound, memoryMebibytes = noBound } = given.capacity ?? {};
  const deps: ExecutorDeps = {
    ...given,
    ...{ queue, slots: createSlots({ slots, cores, memoryMebibytes }), submissions: new Map(), left: new Map() },
  };
  return {
    name: slurmName,
    slots,
    submit: (task, signal) => submitTask(deps, task, signal),
    watch: (key, signal) => watchTask(deps, key, signal),
    ended: (key, signal) => untilEnded(deps, key, signal),
    find: (key) => findTask(deps, key),
    cancel: (key, graceSeconds) => cancelTask(deps, key, graceSeconds),
    cleanup: async (executionId) => {
      for (const name of deps.submissions.keys()) if (name.startsWith(`${executionId}/`)) deps.submissions.delete(name);
      deps.left.delete(executionId);
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
  // Asked without a wait: who finds room at once is not given up any more.
  if (existsSync(taskRecordFile(deps.layout, key))) {
    if ((await endOnRecord(deps, key)) === undefined) hold(deps.slots.occupy(reserves));
    return undefined;
  }
  using waiting = joinSignals(signal === undefined ? [givenUp] : [givenUp, signal]);
  const slot = await deps.slots.take(reserves, waiting.signal);
  try {
    checkTask(task);
    const prepared = await prepareTask(task, leftOf(deps.left, key));
    signal?.throwIfAborted();
    if (isRefusal(prepared)) {
      slot[Symbol.dispose]();
      return prepared;
    }
    // On record before anything is submitted: whoever made the record submits, nobody else.
    if (await claimTry(deps, key, "ours")) await submitJob(deps, prepared, jobFiles(deps.layout, key), waiting.signal);
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
  return claim === undefined ? undefined : lookForEnd(deps, key, watchJob(deps, key));
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
  const { logger, layout } = deps;
  const broken = Promise.withResolvers<never>();
  const cancel = (graceSeconds: number) => cancelTask(deps, key, graceSeconds);
  const { writtenBytes, graceSeconds } = submission?.task.limits ?? {};
  // Time and memory are watched where it runs.
  const limits = {
    ...(writtenBytes === undefined ? {} : { writtenBytes }),
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
  };
  const watch =
    submission === undefined
      ? undefined
      : watchLimits({ logger, layout, cancel, fail: broken.reject }, { ...submission.task, limits });
  try {
    const end = await Promise.race([untilOnRecord(deps, key, signal), broken.promise]);
    return noteEnd(submission, watch?.judge(end) ?? end);
  } finally {
    await watch?.stop();
  }
}

async function untilOnRecord(deps: ExecutorDeps, key: TaskKey, signal: AbortSignal): Promise<TaskEnd> {
  const watched = watchJob(deps, key);
  for (;;) {
    const end = await lookForEnd(deps, key, watched);
    if (end !== undefined) return end;
    await sleep(tickMilliseconds, { signal });
  }
}

/** Notes how a submission ended: what it took is free again. */
function noteEnd(submission: Submission | undefined, end: TaskEnd): TaskEnd {
  if (submission === undefined) return end;
  submission.end ??= end;
  submission.slot?.[Symbol.dispose]();
  return submission.end;
}

async function* watchTask(deps: ExecutorDeps, key: TaskKey, signal: AbortSignal): AsyncGenerator<TaskUpdate> {
  const submission = deps.submissions.get(taskName(key));
  if (submission === undefined) return;
  if (!submission.hasBegun) yield { kind: "waiting", reason: "as many tools are with Slurm as may be at once" };
  await Promise.allSettled([submission.begun]);
  if (deps.submissions.get(taskName(key)) !== submission) return;
  const files = jobFiles(deps.layout, key);
  const { task } = submission;
  let told = "";
  const hasEnded = () => submission.end !== undefined;
  while (!signal.aborted && !hasEnded()) {
    const begun = await readBegin(files);
    if (begun?.kind === "begun") {
      yield { kind: "running", place: `node ${begun.node}` };
      break;
    }
    const reason = waitingReason(deps.queue.look(files.name)?.job);
    if (reason !== told) yield { kind: "waiting", reason };
    told = reason;
    await pause(tickMilliseconds, signal);
  }
  const stderr = task.stderr === undefined ? {} : { stderr: outsidePath(task.view?.mounts ?? [], task.stderr) };
  yield* followTask(deps.logger, { ...task, ...stderr }, hasEnded, signal);
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
