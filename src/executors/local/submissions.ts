import { existsSync } from "node:fs";
import { joinSignals } from "../../domain/waiting/joined-signal.ts";
import type { Slots } from "../../domain/waiting/slots.ts";
import { taskRecordFile } from "../../files/layout.ts";
import type { Refusal, Task, TaskEnd, TaskKey } from "../executor.ts";
import { findInspected } from "./find-task.ts";
import { type LaunchDeps, launchTask } from "./launch-task.ts";
import { isRefusal, type LeftForOthers, prepareTask, spareTemporary } from "./prepare-task.ts";
import type { SupervisedRun } from "./supervisors.ts";
import { taskName } from "./task-records.ts";

/** What runs of a try that this process was asked to start, or to take up again. */
type Begun = {
  /** Its part of the machine; absent when it had ended before. */
  readonly slot?: Disposable;
  /** Absent when someone else had started it before. */
  readonly run?: SupervisedRun;
};

/** A try that this process was asked to start, or to take up again. */
export type Submission = {
  /** Forgotten with its end: of a large scatter, thousands have ended before their execution has. */
  task?: Task;
  /** Resolves when its start is on record. */
  readonly begun: Promise<Begun | Refusal>;
  /** Ends its wait for room. */
  readonly giveUp: AbortController;
  /** True once it waits for nothing more. */
  hasBegun: boolean;
  /** When its start was on record, in milliseconds since 1970. */
  begunAt?: number;
  /** How it ended, once that is known. */
  end?: TaskEnd;
};

export type SubmitDeps = LaunchDeps & {
  readonly slots: Slots;
  readonly submissions: Map<string, Submission>;
  /** By execution. */
  readonly left: Map<string, LeftForOthers>;
};

/** Finds what this process knows of a try. */
export function submissionOf({ submissions }: Pick<SubmitDeps, "submissions">, key: TaskKey): Submission | undefined {
  return submissions.get(taskName(key));
}

/** Starts a task, or takes it up again, unless this process has it already. Resolves when its start is on record. */
export async function submitTask(deps: SubmitDeps, task: Task, signal?: AbortSignal): Promise<Refusal | undefined> {
  const name = taskName(task.key);
  const known = deps.submissions.get(name);
  if (known !== undefined) return refusalIn(await known.begun);
  const giveUp = new AbortController();
  const begun = begin(deps, task, giveUp.signal, signal);
  const submission: Submission = { task, begun, giveUp, hasBegun: false };
  deps.submissions.set(name, submission);
  try {
    const refusal = refusalIn(await begun);
    // Nothing was started: the same key may be tried again.
    if (refusal !== undefined) deps.submissions.delete(name);
    submission.begunAt = deps.clock.now();
    return refusal;
  } catch (error) {
    deps.submissions.delete(name);
    throw error;
  } finally {
    submission.hasBegun = true;
    keepEnd(deps, submission).catch((error: unknown) => {
      deps.logger.warn("Cannot tell how a tool ended", { task: name, error });
    });
  }
}

/** Notes how a submission ended: what it took of the machine is free again. */
export async function noteEnd(submission: Submission | undefined, end: TaskEnd | undefined): Promise<void> {
  if (submission === undefined) return;
  if (end !== undefined) {
    submission.end = end;
    delete submission.task;
  }
  const begun = await submission.begun;
  if (!isRefusal(begun)) begun.slot?.[Symbol.dispose]();
}

/** Waits until a submission has started or failed; who submitted is told of a failure. */
export async function settled(submission: Submission | undefined): Promise<void> {
  if (submission !== undefined) await Promise.allSettled([submission.begun]);
}

function refusalIn(found: Begun | Refusal): Refusal | undefined {
  return isRefusal(found) ? found : undefined;
}

async function begin(
  deps: SubmitDeps,
  task: Task,
  givenUp: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<Begun | Refusal> {
  const { slots, left } = deps;
  const { key, reserves = { cores: 0, memoryMebibytes: 0 } } = task;
  if (existsSync(taskRecordFile(deps.layout, key))) {
    const { kind } = await findInspected(deps, key);
    return kind === "running" ? { slot: slots.occupy(reserves) } : {};
  }
  using waiting = joinSignals(signal === undefined ? [givenUp] : [givenUp, signal]);
  const slot = await slots.take(reserves, waiting.signal);
  try {
    const prepared = await prepareTask(task, leftOf(left, key));
    signal?.throwIfAborted();
    if (!isRefusal(prepared)) return { slot, run: await launchTask(deps, prepared) };
    slot[Symbol.dispose]();
    return prepared;
  } catch (error) {
    slot[Symbol.dispose]();
    throw error;
  }
}

/** A supervisor of our own tells of the end though nobody waits for it. */
async function keepEnd({ left }: SubmitDeps, submission: Submission): Promise<void> {
  const { begun, task } = submission;
  if (task === undefined) return;
  const [outcome] = await Promise.allSettled([begun]);
  if (outcome.status === "rejected" || isRefusal(outcome.value)) return;
  const end = await outcome.value.run?.ended;
  if (end === undefined) return;
  await noteEnd(submission, submission.end ?? end);
  if (end.kind === "exited") spareTemporary(task, leftOf(left, task.key));
}

function leftOf(left: Map<string, LeftForOthers>, { executionId }: TaskKey): LeftForOthers {
  const known = left.get(executionId);
  if (known !== undefined) return known;
  const empty = { programs: new Map<string, string>(), spareDirectories: [] };
  left.set(executionId, empty);
  return empty;
}
