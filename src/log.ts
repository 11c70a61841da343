import type { LogFacts, Logger } from "./domain/logger.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON keeps nothing of an Error by itself. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, cause: plain(value.cause) };
}

function plainFacts(facts: LogFacts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, plain(value)]));
}

/** Equal lines are written once in this time, and counted. */
const foldMilliseconds = 60_000;
/** Lines that are looked at together: those of loops that fail at the same time. */
const maxFolded = 64;

type Folded = {
  readonly level: LogLevel;
  readonly message: string;
  readonly facts: LogFacts;
  at: number;
  times: number;
};

/**
 * Makes the structured logger: JSON lines, or readable text for a terminal. Lines below its level are left out. A line that is
 * equal to one of the last minute is counted only; how often it was repeated is written when the minute is over, or before the
 * next line that is new.
 */
export function createLogger(options: {
  /** The lowest level that is written; it may change. */
  readonly level: () => LogLevel;
  readonly format: "json" | "text";
  readonly write: (line: string) => void;
  readonly now: () => number;
}): Logger {
  const recent = new Map<string, Folded>();
  const writeLine = (level: LogLevel, message: string, facts: LogFacts) => {
    const time = new Date(options.now()).toISOString();
    if (options.format === "json") {
      options.write(`${JSON.stringify({ time, level, message, ...plainFacts(facts) })}\n`);
      return;
    }
    const words = Object.entries(plainFacts(facts)).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    options.write(`${time} ${level.padEnd(5)} ${message}${words.join("")}\n`);
  };
  const tellRepeated = (folded: Folded) => {
    if (folded.times === 0) return;
    const times = folded.times === 1 ? "once" : `${folded.times.toLocaleString("en-US")} times`;
    writeLine(folded.level, `${folded.message} (repeated ${times})`, folded.facts);
    folded.times = 0;
  };
  const isFolded = (level: LogLevel, message: string, facts: LogFacts): boolean => {
    const key = JSON.stringify([level, message, plainFacts(facts)]);
    const known = recent.get(key);
    const now = options.now();
    if (known !== undefined) {
      known.times += 1;
      if (Math.abs(now - known.at) < foldMilliseconds) return true;
      known.at = now;
      tellRepeated(known);
      return true;
    }
    for (const folded of recent.values()) tellRepeated(folded);
    const [oldest] = recent.keys();
    if (recent.size >= maxFolded && oldest !== undefined) recent.delete(oldest);
    recent.set(key, { level, message, facts, at: now, times: 0 });
    return false;
  };
  const writerOf =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      if (logLevels.indexOf(level) < logLevels.indexOf(options.level()) || isFolded(level, message, facts)) return;
      writeLine(level, message, facts);
    };
  return { debug: writerOf("debug"), info: writerOf("info"), warn: writerOf("warn"), error: writerOf("error") };
}
