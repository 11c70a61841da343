import type { Config } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import type { LogOptions } from "./log.ts";

/** Where the program writes its log. */
export type LogTarget = {
  talk(text: string): void;
  readonly isTerminal: boolean;
  /** Tells of an error that nothing caught; the program is to end then. Nothing is told when absent. */
  onUncaught?(listener: (error: unknown) => void): void;
  /** Ends the program at once, whatever it still waits for. */
  abandon?(exitCode: number): void;
};

/** The clock of the machine. */
export const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Returns the form of log lines. */
export function logFormat({ logFormat: wanted }: Config, target: LogTarget): "json" | "text" {
  if (wanted !== "auto") return wanted;
  return target.isTerminal ? "text" : "json";
}

/** Returns how lines are logged. */
export function logOptions(config: Config, target: LogTarget, write: LogOptions["write"]): LogOptions {
  return { level: config.logLevel, format: logFormat(config, target), write, now: clock.now };
}
