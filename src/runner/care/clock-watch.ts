import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";

/** Tells whether ages can be trusted: how old something is depends on nobody having set the time of day meanwhile. */
export type ClockWatch = { isSteady(): boolean };

/** A smaller difference is a clock that is kept right by small steps. */
const jumpMilliseconds = 10 * 60 * 1000;
/** So long its operator has to see the warning and to set a wrong clock right: a day. */
const mistrustMilliseconds = 24 * 60 * 60 * 1000;

/** Begins to watch the time of day. After a jump it is not steady for a day, and a warning says so. */
export function watchClock({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): ClockWatch {
  let offset = clock.now() - clock.elapsed();
  let steadyFrom = Number.NEGATIVE_INFINITY;
  return {
    isSteady() {
      const elapsed = clock.elapsed();
      const jump = clock.now() - elapsed - offset;
      if (Math.abs(jump) >= jumpMilliseconds) {
        offset += jump;
        steadyFrom = elapsed + mistrustMilliseconds;
        logger.warn("The clock was set: nothing is removed for its age for a day", {
          bySeconds: Math.round(jump / 1000),
        });
      }
      return elapsed >= steadyFrom;
    },
  };
}
