import { statSync } from "node:fs";
import { noToolProgress, readToolProgress, type ToolProgress } from "../../executors/tool-progress.ts";
import { readJobLog } from "../../files/job-log.ts";
import { pause } from "../pause.ts";

/** How often a tool's stderr is looked at for progress. */
export const progressPollMilliseconds = 250;
const pageBytes = 64 * 1024;

/** What a failure quotes of a tool's stderr. */
const tailLines = 20;
const tailBytes = 4 * 1024;

/** Where a log ends now; 0 when there is none. */
export function logEnd(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Tells of progress that a tool writes to a file, from an offset on, until the signal is aborted. */
export async function followProgress(
  file: string,
  from: number,
  signal: AbortSignal,
  tell: (progress: ToolProgress) => void,
): Promise<void> {
  let offset = from;
  let state = noToolProgress;
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    const page = await readJobLog(file, { offset, limit: pageBytes });
    const isMore = page !== undefined && page.nextOffset > offset;
    if (isMore) {
      // The job's walk may have written in the middle of a tool's line.
      const text = decoder.decode(page.bytes, { stream: true }).replaceAll(ownLines, "");
      const read = readToolProgress(state, text);
      state = read.state;
      const last = read.told.at(-1);
      if (last !== undefined) tell(last);
      offset = page.nextOffset;
    }
    if (!isMore || offset >= page.sizeBytes) await pause(progressPollMilliseconds, signal);
  }
}

/** The last lines that a tool wrote after an offset; without our own lines and without those that tell progress. */
export async function stderrTail(file: string, from: number): Promise<string> {
  const end = logEnd(file);
  const offset = Math.max(from, end - tailBytes);
  const page = await readJobLog(file, { offset, limit: tailBytes });
  if (page === undefined) return "";
  const lines = new TextDecoder().decode(page.bytes).split("\n");
  const whole = offset > from ? lines.slice(1) : lines;
  const told = whole.filter((line) => line !== "" && !ownLine.test(line) && !/^\s*PROGRESS\s/.test(line));
  return told.slice(-tailLines).join("\n");
}

/** Lines of the job's walk, as they stand in every execution's log. */
const ownText = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] [A-Z]+ +\[heddle\.[a-z.]+\] `;
const ownLine = new RegExp(`^${ownText}`);
const ownLines = new RegExp(`${ownText}.*\n`, "g");
