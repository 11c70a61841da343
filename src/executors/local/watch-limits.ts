import { lstatSync } from "node:fs";
import { shortageOf } from "../../domain/figures/shortage.ts";
import type { Logger } from "../../domain/logger.ts";
import { delayWork } from "../../domain/waiting/delayed-work.ts";
import { pause } from "../../domain/waiting/pause.ts";
import { startTimer } from "../../domain/waiting/timers.ts";
import { measureDirectory } from "../../files/disk/measure-directory.ts";
import { type Layout, taskDirectory } from "../../files/layout.ts";
import type { PassedLimit, Task, TaskEnd } from "../executor.ts";
import { taskMemoryBytes } from "./task-usage.ts";

/** A watch over a task that runs. */
export type LimitWatch = {
  /** Completes how it ended: by the limit that it was stopped at, by the most memory that was seen. */
  judge(end: TaskEnd): TaskEnd;
  stop(): Promise<void>;
};

type WatchDeps = {
  readonly layout: Layout;
  readonly logger: Logger;
  /** Stops the task with its whole tree. */
  readonly cancel: (graceSeconds: number) => Promise<void>;
  /** Is told what kept it from being stopped at its time limit. */
  readonly fail: (error: unknown) => void;
};

/** The first look, the longest pause, and what share of the time looking may take. */
const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 1000;
const timeShare = 10;

/** Watches time, memory and disk of a task; one that goes beyond a limit is stopped. */
export function watchLimits(deps: WatchDeps, task: Task): LimitWatch {
  const { seconds, graceSeconds = 0 } = task.limits ?? {};
  let passed: PassedLimit | undefined;
  let peak: number | undefined;
  const stopTask = async (limit: PassedLimit) => {
    passed ??= limit;
    await deps.cancel(graceSeconds);
  };
  const timer =
    seconds === undefined
      ? undefined
      : startTimer(seconds * 1000, () => {
          stopTask({ limit: "seconds", found: seconds }).catch(deps.fail);
        });
  const look = async (): Promise<PassedLimit | undefined> => {
    const memory = await taskMemoryBytes(deps.layout, task.key, false);
    if (memory > 0) peak = Math.max(peak ?? 0, memory);
    return (await passedMemory(deps, task, memory)) ?? passedDisk(deps, task);
  };
  const warn = (error: unknown) => {
    deps.logger.warn("Cannot watch a tool", { executionId: task.key.executionId, error });
  };
  const lookAgain = whileShort(look, warn);
  const watching = delayWork(firstPauseMilliseconds, (signal) => follow(signal, lookAgain, stopTask).catch(warn));
  return {
    judge(end) {
      if (end.kind === "notStarted") return end;
      const seen = peak === undefined ? {} : { peakMemoryBytes: peak };
      if (passed === undefined) return end.kind === "exited" ? { ...seen, ...end } : end;
      if (end.kind === "stopped") return end;
      const { kind: _kind, ...how } = end.kind === "exited" ? end : { kind: end.kind };
      return { ...seen, ...how, kind: "stopped", at: passed };
    },
    async stop() {
      timer?.clear();
      await watching.stop();
    },
  };
}

/** Makes a look that sees nothing while the server is short of what looking takes: limits hold again after it. */
function whileShort<T>(look: () => Promise<T | undefined>, warn: (error: unknown) => void) {
  let hasWarned = false;
  return async (): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (shortageOf(error) === undefined) throw error;
      if (!hasWarned) warn(error);
      hasWarned = true;
      return undefined;
    }
  };
}

async function follow(
  signal: AbortSignal,
  look: () => Promise<PassedLimit | undefined>,
  stopTask: (limit: PassedLimit) => Promise<void>,
): Promise<void> {
  let milliseconds = firstPauseMilliseconds;
  while (!signal.aborted) {
    const started = performance.now();
    const found = await look();
    if (found !== undefined) return stopTask(found);
    const spent = performance.now() - started;
    milliseconds = Math.max(Math.min(2 * milliseconds, longestPauseMilliseconds), timeShare * spent);
    await pause(milliseconds, signal);
  }
}

async function passedMemory(
  { layout }: WatchDeps,
  { key, limits }: Task,
  memory: number,
): Promise<PassedLimit | undefined> {
  const most = (limits?.memoryMebibytes ?? Number.POSITIVE_INFINITY) * 2 ** 20;
  if (memory <= most) return undefined;
  // What its processes share was counted for each of them.
  const exact = await taskMemoryBytes(layout, key, true);
  return exact <= most ? undefined : { limit: "memoryMebibytes", found: exact };
}

async function passedDisk({ layout }: WatchDeps, task: Task): Promise<PassedLimit | undefined> {
  const { writtenBytes: most } = task.limits ?? {};
  if (most === undefined) return undefined;
  const { workingDirectory, temporaryDirectory } = task;
  const own = [workingDirectory, ...(temporaryDirectory === undefined ? [] : [temporaryDirectory])];
  // Nothing may be hidden from the limit by many directories inside of one another.
  const measured = await Promise.all(
    [...own, taskDirectory(layout, task.key)].map((directory) => measureDirectory(directory, Number.POSITIVE_INFINITY)),
  );
  const written = measured.reduce((sum, bytes) => sum + bytes, logBytes(task.log));
  return written <= most ? undefined : { limit: "writtenBytes", found: written };
}

/** How long a task's log is now; 0 when there is none, or the task put something else in its place. */
export function logBytes(file: string): number {
  const facts = lstatSync(file, { throwIfNoEntry: false });
  return facts?.isFile() === true ? facts.size : 0;
}
