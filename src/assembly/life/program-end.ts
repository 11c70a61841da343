import type { Logger } from "../../domain/logger.ts";
import { errorText } from "../../domain/problem.ts";
import { startInterval, startTimer } from "../../domain/waiting/timers.ts";
import { noteCrash } from "../../files/crash-notes.ts";
import type { Layout } from "../../files/layout.ts";
import type { FilePool } from "../../runner/walk/file-pool.ts";
import { type WatchMemory, wordActivity } from "../../watch-memory.ts";

type UncaughtDeps = {
  readonly target: {
    onUncaught?(listener: (error: unknown) => void): void;
    abandon?(exitCode: number): void;
  };
  readonly logger: Logger;
  readonly layout: Layout;
  readonly watchdog: Pick<WatchMemory, "read">;
};

/** Ends the program on an error that nothing caught, as it would by itself; what it was at is kept for the next start. */
export function endOnUncaughtErrors({ target, logger, layout, watchdog }: UncaughtDeps): void {
  target.onUncaught?.((error) => {
    const activity = watchdog.read();
    const message = `Ended by an error that nothing caught: ${errorText(error)}; the program was at this: ${wordActivity(activity)}`;
    logger.error(message, { error });
    try {
      if (activity.jobId !== "") noteCrash(layout, activity.jobId, activity.doing);
    } finally {
      target.abandon?.(1);
    }
  });
}

type EndDeps = {
  readonly filePool: Pick<FilePool, "isStuck" | "answers">;
  readonly logger: Logger;
  readonly abandon: ((exitCode: number) => void) | undefined;
  /** How long open requests are waited for. */
  readonly seconds: number;
};

const lookMilliseconds = 250;

/**
 * Ends the service. When file operations are not answered, which an end waits for, the program ends without them: within
 * the time that open requests have. Nothing is lost that a kill would not lose.
 */
export async function endUnlessStuck(deps: EndDeps, end: () => Promise<void>): Promise<void> {
  const { filePool, logger, abandon, seconds } = deps;
  const ending = end();
  const given = Promise.withResolvers<void>();
  const margin = Math.min(lookMilliseconds, (seconds * 1000) / 2);
  let isLate = false;
  const giveUpWhenStuck = () => {
    if (!isLate || !filePool.isStuck()) return;
    logger.error("Ended without waiting any longer: no file operation is answered");
    abandon?.(1);
    given.resolve();
  };
  using _looking = startInterval(lookMilliseconds, giveUpWhenStuck);
  using _late = startTimer(seconds * 1000 - margin, () => {
    isLate = true;
    giveUpWhenStuck();
  });
  await Promise.race([ending, given.promise]);
  // The runtime would wait for its file operations before it ends.
  if (filePool.isStuck() || !(await filePool.answers())) abandon?.(1);
}
