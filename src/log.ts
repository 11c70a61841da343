import type { EventLog, LogFacts, Logger } from "./domain/logger.ts";
import { nextTurn } from "./domain/waiting/timers.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON keeps nothing of an Error by itself. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, cause: plain(value.cause) };
}

function plainFacts(facts: LogFacts): Record<string, unknown> {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, plain(value)]));
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

/** How lines are written, and from which level on. */
export type LogOptions = {
  /** The lowest level that is written; it may change. */
  readonly level: () => LogLevel;
  readonly format: "json" | "text";
  readonly write: (line: string) => void;
  readonly now: () => number;
};

/** Makes what formats one line and writes it. */
function createLineWriter({ format, write, now }: LogOptions) {
  return (level: LogLevel, message: string, facts: LogFacts) => {
    const time = new Date(now()).toISOString();
    if (format === "json") {
      write(`${JSON.stringify({ time, level, message, ...plainFacts(facts) })}\n`);
      return;
    }
    const words = Object.entries(plainFacts(facts)).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    write(`${time} ${level.padEnd(5)} ${message}${words.join("")}\n`);
  };
}

/** What gathers the lines of one turn of the event loop, so that many of them are one call of the system. */
export type LineBuffer = {
  /** Writes a line, with others, when this turn is over. */
  add(line: string): void;
  /** Writes a line now, behind those that were gathered. */
  now(line: string): void;
};

/** Makes the buffer of lines. What a turn gathered is lost when the program is killed within it. */
export function createLineBuffer(write: (text: string) => void): LineBuffer {
  let gathered = "";
  const flush = () => {
    const text = gathered;
    gathered = "";
    if (text !== "") write(text);
  };
  return {
    add(line) {
      if (gathered === "") void nextTurn().then(flush);
      gathered += line;
    },
    now(line) {
      flush();
      write(line);
    },
  };
}

/**
 * Makes the log of what happens, a line each: requests, moves of jobs. Lines below `level` are left out, and none is folded.
 * Facts are texts, numbers and the like: errors belong into the other log.
 */
export function createEventLog({ level: wanted, format, write, now }: LogOptions): EventLog {
  const writeLine = createLineWriter({ level: wanted, format, write, now });
  let last = { at: Number.NaN, text: "" };
  const timeText = () => {
    const at = now();
    if (at !== last.at) last = { at, text: new Date(at).toISOString() };
    return last.text;
  };
  return {
    tell(level, message, facts) {
      if (logLevels.indexOf(level) < logLevels.indexOf(wanted())) return;
      if (format === "text") writeLine(level, message, facts);
      else {
        // One object of all of it would be a copy of the facts.
        const more = JSON.stringify(facts).slice(1);
        const begin = `{"time":"${timeText()}","level":"${level}","message":${JSON.stringify(message)}`;
        write(`${begin}${more === "}" ? "" : ","}${more}\n`);
      }
    },
  };
}

/**
 * Makes the structured logger: JSON lines, or readable text for a terminal. Lines below its level are left out. A line that is
 * equal to one of the last minute is counted only; how often it was repeated is written when the minute is over, or before the
 * next line that is new.
 */
export function createLogger(options: LogOptions): Logger {
  const recent = new Map<string, Folded>();
  const writeLine = createLineWriter(options);
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
