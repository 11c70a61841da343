import { pause } from "../../domain/pause.ts";
import { startTimer } from "../../domain/timers.ts";
import type { TaskKey } from "../../executors/executor.ts";
import { measureDirectory } from "../../files/measure-directory.ts";
import { delayWork } from "../javascript/delayed-work.ts";
import type { RunContext } from "../run/run-context.ts";
import { logEnd } from "./tool-log.ts";
import type { ToolPlan } from "./tool-plan.ts";

/** What is watched of a try. */
export type Watched = {
  readonly key: TaskKey;
  readonly plan: ToolPlan;
  /** The directories of the try: all that it writes lies there, or in its logs. */
  readonly directories: readonly string[];
  readonly logs: readonly string[];
};

/** A watch over a tool that runs. */
export type ToolWatch = {
  /** Words the limit that it was stopped at; undefined while it kept to all of them. */
  fault(): string | undefined;
  /** The most memory that was seen, in bytes; undefined when it ended before anyone could look. */
  peakMemoryBytes(): number | undefined;
  stop(): Promise<void>;
};

/** The first look, the longest pause, and what share of the time looking may take. */
const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 1000;
const timeShare = 10;

/** Watches time, memory and disk of a tool; one that goes beyond a limit is stopped with its whole tree. */
export function watchTool(run: RunContext, watched: Watched): ToolWatch {
  const { key, plan } = watched;
  let fault: string | undefined;
  let peak: number | undefined;
  const stopTool = async (reason: string) => {
    fault ??= reason;
    await run.executor.cancel(key, run.graceSeconds);
  };
  const timer =
    plan.timeLimitSeconds === undefined
      ? undefined
      : startTimer(plan.timeLimitSeconds * 1000, () => {
          const words = `found it still running after ${plan.timeLimitSeconds} s, expected an end within its time limit`;
          stopTool(words).catch(run.fail);
        });
  const look = async (): Promise<string | undefined> => {
    const memory = await run.executor.memoryBytes(key, false);
    if (memory > 0) peak = Math.max(peak ?? 0, memory);
    return (await memoryFault(run, watched, memory)) ?? diskFault(run, watched);
  };
  const watching = delayWork(firstPauseMilliseconds, (signal) =>
    follow(signal, look, stopTool).catch((error: unknown) =>
      run.logger.warn("Cannot watch a tool", { executionId: run.executionId, error }),
    ),
  );
  return {
    fault: () => fault,
    peakMemoryBytes: () => peak,
    async stop() {
      timer?.clear();
      await watching.stop();
    },
  };
}

async function follow(
  signal: AbortSignal,
  look: () => Promise<string | undefined>,
  stopTool: (reason: string) => Promise<void>,
): Promise<void> {
  let milliseconds = firstPauseMilliseconds;
  while (!signal.aborted) {
    const started = performance.now();
    const found = await look();
    if (found !== undefined) return stopTool(found);
    const spent = performance.now() - started;
    milliseconds = Math.max(Math.min(2 * milliseconds, longestPauseMilliseconds), timeShare * spent);
    await pause(milliseconds, signal);
  }
}

async function memoryFault(run: RunContext, { key, plan }: Watched, memory: number): Promise<string | undefined> {
  const { memoryMebibytes } = plan.limits;
  if (memoryMebibytes === undefined || memory <= memoryMebibytes * 2 ** 20) return undefined;
  // What its processes share was counted for each of them.
  const exact = await run.executor.memoryBytes(key, true);
  if (exact <= memoryMebibytes * 2 ** 20) return undefined;
  return `found ${mebibytes(exact)} MiB of memory in use, expected at most ${memoryMebibytes} MiB (ramMax)`;
}

async function diskFault(run: RunContext, watched: Watched): Promise<string | undefined> {
  const { maxWorkBytes } = run;
  if (maxWorkBytes === undefined) return undefined;
  const measured = await Promise.all(watched.directories.map(measureDirectory));
  const written = [...measured, ...watched.logs.map(logEnd)].reduce((sum, bytes) => sum + bytes, 0);
  if (written <= maxWorkBytes) return undefined;
  return `found ${mebibytes(written)} MiB written, expected at most ${mebibytes(maxWorkBytes)} MiB (--max-work-bytes)`;
}

export function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
