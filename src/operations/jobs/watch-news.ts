import type { JobEvent } from "../../domain/jobs/job.ts";
import { readJobLog } from "../../files/jobs/job-log.ts";
import { executionLogFile, type Layout } from "../../files/layout.ts";
import type { LiveProgress } from "../../store/jobs/job-events.ts";

/** How far a watcher has come: stored events by their number, the log of an attempt by its bytes. */
export type WatchPlace = { readonly number: number; readonly attempt: number; readonly logOffset: number };

/** What a watcher of a job is told. `place` is where to go on after it. */
export type WatchNews =
  | { readonly kind: "event"; readonly event: JobEvent; readonly place: WatchPlace }
  | { readonly kind: "live"; readonly live: LiveProgress; readonly place: WatchPlace }
  | { readonly kind: "log"; readonly lines: readonly string[]; readonly place: WatchPlace };

/** Bytes of a log that are told at once. */
const logBytes = 64 * 1024;

/** A log as far as it is told: its whole lines, and the last one too when `isEnded`; at most `until` bytes. */
export type ToldLog = {
  readonly executionId: string;
  readonly attempt: number;
  readonly isEnded: boolean;
  readonly until?: number;
};

/** Reads the lines of an attempt's log after a place. */
export async function* logNews(
  layout: Layout,
  { executionId, attempt, isEnded, until = Number.POSITIVE_INFINITY }: ToldLog,
  from: WatchPlace,
): AsyncGenerator<WatchNews, void> {
  const file = executionLogFile(layout, executionId);
  let offset = attempt === from.attempt ? from.logOffset : 0;
  while (offset < until) {
    const page = await readJobLog(file, { offset, limit: Math.min(logBytes, until - offset) });
    if (page === undefined || page.bytes.byteLength === 0) return;
    const isFull = page.nextOffset < page.sizeBytes;
    // An unfinished line waits for its end, unless it fills the page.
    const end = page.bytes.lastIndexOf(0x0a) + 1;
    const isWhole = page.nextOffset === until || (end === 0 && (isFull || isEnded));
    const length = isWhole ? page.bytes.byteLength : end;
    if (length === 0) return;
    const text = new TextDecoder().decode(page.bytes.subarray(0, length));
    offset = page.offset + length;
    const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    yield { kind: "log", lines, place: { number: from.number, attempt, logOffset: offset } };
  }
}
