import { dirname } from "node:path";
import { shortageOf } from "../../domain/figures/shortage.ts";
import type { Logger } from "../../domain/logger.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { pause } from "../../domain/waiting/pause.ts";
import { createGrowthWait } from "../../files/disk/watch-growth.ts";
import { readJobLog } from "../../files/jobs/job-log.ts";
import type { Task, TaskFigures, TaskUpdate } from "../executor.ts";
import { noToolProgress, readToolProgress, type ToolProgress } from "./tool-progress.ts";
import { logBytes } from "./watch-limits.ts";

/** How often it is looked at what a task says, where the system cannot tell that its log grows. */
const pollMilliseconds = 200;
/** A log that grows without a pause is looked at as often as this. */
const restMilliseconds = 25;
const pageBytes = 64 * 1024;

/** What is followed of a task: its log, and the progress that it writes to stderr. */
export type Followed = Pick<Task, "key" | "log" | "stderr" | "workingDirectory"> & {
  /** Gives the last that is known of what it takes: the same object until there is something new. */
  readonly figures?: () => TaskFigures | undefined;
};

/** Tells what a task says, until the signal is aborted or it has ended. */
export async function* followTask(
  logger: Logger,
  task: Followed,
  hasEnded: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<TaskUpdate> {
  let told = 0;
  let toldFigures: TaskFigures | undefined;
  const { read } = progressReader(logger, task);
  using growth = createGrowthWait();
  // Most tools end before they are looked at again: they cost no watch.
  let hasWaited = false;
  using _stop = onAbort(signal, growth.wake);
  while (!signal.aborted) {
    const isLast = hasEnded();
    const { last, isMore } = await read();
    if (last !== undefined) yield { kind: "progress", ...last };
    const length = logBytes(task.log);
    if (length !== told) yield { kind: "log" };
    told = length;
    const figures = task.figures?.();
    if (figures !== undefined && figures !== toldFigures) yield { kind: "figures", ...figures };
    toldFigures = figures ?? toldFigures;
    if (isMore) continue;
    if (isLast) return;
    await pause(hasWaited ? restMilliseconds : pollMilliseconds, signal);
    if (hasWaited && !signal.aborted) await growth.wait(task.log, pollMilliseconds);
    hasWaited = true;
  }
}

/** What a piece of what a task wrote told at last. */
type Told = { readonly last?: ToolProgress; readonly isMore: boolean };

/** Reads what a task writes to stderr piece by piece. A file that it named lies among its outputs, where it may do as it likes. */
function progressReader(logger: Logger, { key, log, stderr, workingDirectory }: Followed) {
  const file = stderr ?? log;
  const within = stderr === undefined ? dirname(log) : workingDirectory;
  const decoder = new TextDecoder();
  let offset = 0;
  let state = noToolProgress;
  let isBroken = false;
  const readPage = async (): Promise<Told> => {
    const page = await readJobLog(file, { offset, limit: pageBytes }, within);
    if (page === undefined || page.nextOffset <= offset) return { isMore: false };
    const piece = readToolProgress(state, decoder.decode(page.bytes, { stream: true }));
    state = piece.state;
    offset = page.nextOffset;
    const last = piece.told.at(-1);
    return { ...(last === undefined ? {} : { last }), isMore: offset < page.sizeBytes };
  };
  return {
    async read(): Promise<Told> {
      if (isBroken) return { isMore: false };
      try {
        return await readPage();
      } catch (error) {
        // What was not read for want of descriptors is read later.
        if (shortageOf(error) !== undefined) return { isMore: false };
        isBroken = true;
        logger.warn("Cannot follow a tool", { executionId: key.executionId, error });
        return { isMore: false };
      }
    },
  };
}
