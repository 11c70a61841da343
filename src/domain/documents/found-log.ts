/** What a line of a log is: a line of the service by its level, or what a tool said, which may speak of a fault. */
export type LogLineKind = "debug" | "info" | "warning" | "error" | "tool";

/** A line of a log with its number, from 1. */
export type LogLine = { readonly number: number; readonly text: string; readonly kind: LogLineKind };

/** Which lines are wanted: `faults` are those that tell an error or a warning, `tools` those that tools said. */
export const logLevels = ["all", "faults", "tools"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What lines are looked for: each word must be in a line, in small or large letters. */
export type LogSearch = {
  readonly words: string;
  readonly level: LogLevel;
  readonly step?: string;
  /** The number of the first line that may be shown. */
  readonly from: number;
};

/** What was found in a log. */
export type FoundLog = {
  readonly lines: readonly LogLine[];
  /** How many lines the log has, as far as it was read. */
  readonly count: number;
  /** How many of them were looked for, on all pages. */
  readonly found: number;
  /** The number of the first line of the next page; undefined on the last one. */
  readonly next?: number;
  /** The names of the steps that the log tells of, in its order. */
  readonly steps: readonly string[];
  /** True of a log that is longer than is read for a page. */
  readonly isCut: boolean;
};
