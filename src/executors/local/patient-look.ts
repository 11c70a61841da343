import { shortageOf } from "../../domain/figures/shortage.ts";
import type { Logger } from "../../domain/logger.ts";
import { errorText } from "../../domain/problem.ts";
import { sleep } from "../../domain/waiting/timers.ts";

/** How often it is looked again when the server is short of descriptors: the end of a tool waits. */
const shortMilliseconds = 100;

/** Looks at how a tool ended, and again while the server is short of what looking takes. */
export type PatientLook = {
  /** Throws what is no shortage. */
  during<T>(look: () => T | Promise<T>): Promise<T>;
  /** What the server was short of meanwhile; undefined when nothing was missing. */
  readonly lacked: string | undefined;
};

/** Creates one for the end of one tool: the log says once that it waits. */
export function createPatientLook(logger: Logger): PatientLook {
  let lacked: string | undefined;
  return {
    async during(look) {
      for (;;) {
        try {
          return await look();
        } catch (error) {
          const short = shortageOf(error);
          if (short === undefined) throw error;
          if (lacked === undefined) {
            logger.warn(`Waits to tell the end of a tool: the server is short of ${short} (${errorText(error)})`);
          }
          lacked ??= short;
          await sleep(shortMilliseconds);
        }
      }
    },
    get lacked() {
      return lacked;
    },
  };
}
