import { lstatSync } from "node:fs";
import { pause } from "../../domain/pause.ts";
import { noToolProgress, readToolProgress, type ToolProgress } from "../../executors/local/tool-progress.ts";
import { openLogToRead, readJobLog } from "../../files/job-log.ts";
import type { LogJoin } from "../../files/join-log.ts";
import { readPart } from "../../files/open-regular.ts";

/** How often what a tool says is looked at: for progress, and for the log of its execution. */
export const logPollMilliseconds = 200;
const pageBytes = 64 * 1024;

/** What a failure quotes of a tool's stderr. */
const tailLines = 20;
const tailBytes = 4 * 1024;

/** A file that a tool writes to, and the directory of its own that it must really lie in. */
export type Talk = { readonly file: string; readonly within: string };

/** Where a tool's log ends now; 0 when there is none, or a tool put something else in its place. */
export function logEnd(file: string): number {
  const facts = lstatSync(file, { throwIfNoEntry: false });
  return facts?.isFile() === true ? facts.size : 0;
}

/** Takes over what a tool says into the log of its execution, until the signal is aborted. */
export async function followLog(joined: LogJoin, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await joined.join(false);
    await pause(logPollMilliseconds, signal);
  }
}

/** Tells of progress that a tool writes, until the signal is aborted. */
export async function followProgress(
  { file, within }: Talk,
  signal: AbortSignal,
  tell: (progress: ToolProgress) => void,
): Promise<void> {
  let offset = 0;
  let state = noToolProgress;
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    const page = await readJobLog(file, { offset, limit: pageBytes }, within);
    const isMore = page !== undefined && page.nextOffset > offset;
    if (isMore) {
      const read = readToolProgress(state, decoder.decode(page.bytes, { stream: true }));
      state = read.state;
      const last = read.told.at(-1);
      if (last !== undefined) tell(last);
      offset = page.nextOffset;
    }
    if (!isMore || offset >= page.sizeBytes) await pause(logPollMilliseconds, signal);
  }
}

/** The last lines that a tool wrote, without those that tell progress. */
export async function stderrTail({ file, within }: Talk): Promise<string> {
  const handle = await openLogToRead(file, within);
  if (handle === undefined) return "";
  await using log = handle;
  const offset = Math.max(0, (await log.stat()).size - tailBytes);
  const lines = (await readPart(log, offset, tailBytes)).toString("utf8").split("\n");
  const told = (offset > 0 ? lines.slice(1) : lines).filter((line) => line !== "" && !/^\s*PROGRESS\s/.test(line));
  return told.slice(-tailLines).join("\n");
}
