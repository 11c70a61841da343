import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { Condition } from "../../domain/waiting/condition.ts";
import { growingPause } from "../../domain/waiting/growing-pause.ts";
import { databaseFault } from "../../store/database/database-fault.ts";

/** What a loop of the runner does about its failures. */
export type LoopCare = {
  /** Logs a failure and gives how long the loop is to rest, in milliseconds: longer each time. */
  failed(error: unknown): number;
  /** The next failure is a first one, and readiness tells no more of the last. */
  wentWell(): void;
};

/**
 * Makes the care of one loop; `about` words what it cannot do then. Readiness tells every failure of what jobs cannot do
 * without, and of other loops only what the database is to blame for.
 */
export function createLoopCare(
  { logger, condition }: { readonly logger: Logger; readonly condition: Condition },
  about: string,
  { isVital }: { readonly isVital: boolean },
): LoopCare {
  const pause = growingPause();
  return {
    failed(error) {
      logger.error(about, { error });
      const found = databaseFault(error) ?? (isVital ? publicText(error) : undefined);
      condition.report(about, found === undefined ? undefined : `${about}: found ${found}, wanted an answer`);
      return pause.next();
    },
    wentWell() {
      pause.reset();
      condition.report(about, undefined);
    },
  };
}

/** Anybody may ask for the readiness: an error of the operating system would tell paths of the server. */
function publicText(error: unknown): string {
  return error instanceof Problem ? error.message : "an error, which the log tells";
}
