import type { Config } from "./config/config.ts";
import type { SettingDocument } from "./domain/documents/system.ts";
import type { Clock } from "./domain/waiting/clock.ts";
import type { LogOptions } from "./log.ts";

/** Where the program writes its log. */
export type LogTarget = {
  talk(text: string): void;
  readonly isTerminal: boolean;
  /** Tells of an error that nothing caught; the program is to end then. Nothing is told when absent. */
  onUncaught?(listener: (error: unknown) => void): void;
  /** Ends the program at once, whatever it still waits for. */
  abandon?(exitCode: number): void;
  /** What a service manager says of itself; none when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Tells when the settings are to be read again (SIGHUP). Nobody tells when absent. */
  onHangUp?(listener: () => void): void;
  /** Reads the settings from where they came from; throws when something is wrong with them. */
  readAgain?(): Config;
  /** Lists settings for an admin, with what gave each and secrets masked. None are shown when absent. */
  shownSettings?(config: Config): readonly SettingDocument[];
};

/** The clock of the machine. */
export const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Returns the form of log lines. */
export function logFormat({ logFormat: wanted }: Config, target: LogTarget): "json" | "text" {
  if (wanted !== "auto") return wanted;
  return target.isTerminal ? "text" : "json";
}

/** Returns how lines are logged, by the settings as they are then. */
export function logOptions(current: () => Config, target: LogTarget, write: LogOptions["write"]): LogOptions {
  return { level: () => current().logLevel, format: logFormat(current(), target), write, now: clock.now };
}
