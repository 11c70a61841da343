import type { JobStatus } from "./job-state.ts";

export type JobLogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** One line of a job's log before it is written. */
export type JobLogEntry = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly level: JobLogLevel;
  /** Since the job started. */
  readonly elapsedMilliseconds: number;
  /** The shown percentage; of a job that failed how far it had come, not the 85 that its status is counted as. */
  readonly progress: number;
  readonly status: JobStatus;
  readonly message: string;
};

/**
 * Writes one log line without its line end, such as
 * `[2021-03-02 03:32:41] INFO     [heddle.job] 0:00:02   8% running    Starting job process execution.`
 * Times are UTC. Line breaks in the message are escaped: an entry is always one line.
 */
export function formatJobLogLine(entry: JobLogEntry): string {
  const at = new Date(entry.at).toISOString().slice(0, 19).replace("T", " ");
  const level = entry.level.padEnd(8);
  const percent = String(entry.progress).padStart(3);
  const status = entry.status.padEnd(10);
  return `[${at}] ${level} [heddle.job] ${elapsedText(entry.elapsedMilliseconds)} ${percent}% ${status} ${oneLine(entry.message)}`;
}

/** Writes a duration as hours, minutes and seconds; a clock that went back counts as none. */
function elapsedText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const twoDigits = (value: number) => String(value % 60).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds)}`;
}

const breaks: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\v": "\\v",
  "\f": "\\f",
  "\u0085": "\\u0085",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function oneLine(text: string): string {
  return text.replace(/[\n\r\v\f\u0085\u2028\u2029]/g, (found) => breaks[found] ?? " ");
}
