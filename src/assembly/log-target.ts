import type { Config } from "../config.ts";
import type { ManagerEnvironment } from "./service-manager.ts";

/** Where the program writes its log. */
export type LogTarget = {
  talk(text: string): void;
  readonly isTerminal: boolean;
  /** Tells of an error that nothing caught; the program is to end then. Nothing is told when absent. */
  onUncaught?(listener: (error: unknown) => void): void;
  /** Ends the program at once, whatever it still waits for. */
  abandon?(exitCode: number): void;
  /** What a service manager says of itself; none when absent. */
  readonly environment?: ManagerEnvironment;
  /** Tells when the settings are to be read again (SIGHUP). Nobody tells when absent. */
  onHangUp?(listener: () => void): void;
  /** Reads the settings from where they came from; throws when something is wrong with them. */
  readAgain?(): Config;
};
