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

/**
 * Makes the structured logger: JSON lines, or readable text for a terminal.
 * Lines below `level` are left out.
 */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  readonly write: (line: string) => void;
  readonly now: () => number;
}): Logger {
  const lowest = logLevels.indexOf(options.level);
  const writerOf =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      if (logLevels.indexOf(level) < lowest) return;
      const time = new Date(options.now()).toISOString();
      if (options.format === "json") {
        options.write(`${JSON.stringify({ time, level, message, ...plainFacts(facts) })}\n`);
        return;
      }
      const words = Object.entries(plainFacts(facts)).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      options.write(`${time} ${level.padEnd(5)} ${message}${words.join("")}\n`);
    };
  return { debug: writerOf("debug"), info: writerOf("info"), warn: writerOf("warn"), error: writerOf("error") };
}
