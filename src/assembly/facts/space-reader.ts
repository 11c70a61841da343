import type { MeasuredSpace } from "../../domain/figures/space.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";

export type SpaceReaderDeps = {
  readonly clock: Pick<Clock, "now" | "elapsed">;
  readonly logger: Pick<Logger, "warn">;
  readonly measure: () => Promise<MeasuredSpace>;
  /** Tells whether something that was measured is gone, so that it is measured anew before its time. */
  readonly isOutdated: (last: MeasuredSpace) => Promise<boolean>;
};

/** What was measured, and when (RFC 3339). */
export type SpaceReading = MeasuredSpace & { readonly measured: string };

/** Who asks waits so long at most: small directories are measured by then. */
const waitMilliseconds = 300;
/** It is measured at most once in this time, and in ten times what it took: a large tree must not keep the disk busy. */
const [leastMilliseconds, restFactor] = [60_000, 10];

/**
 * Creates what tells how much of the disk files take: as it was measured last. Asking begins a measurement in the background where
 * the last one is old, or something that it counted is gone; undefined while the first one goes on. A measurement that fails stands in the log.
 */
export function createSpaceReader({
  clock,
  logger,
  measure,
  isOutdated,
}: SpaceReaderDeps): () => Promise<SpaceReading | undefined> {
  let last: SpaceReading | undefined;
  let running: Promise<void> | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let restUntil = Number.NEGATIVE_INFINITY;
  const run = async () => {
    const begun = clock.elapsed();
    try {
      const measured = await measure();
      last = { measured: new Date(clock.now()).toISOString(), ...measured };
    } catch (error) {
      logger.warn("Cannot measure what the files of the service take of the disk", { error });
    } finally {
      const ended = clock.elapsed();
      restUntil = ended + restFactor * (ended - begun);
      freshUntil = Math.max(ended + leastMilliseconds, restUntil);
      running = undefined;
    }
  };
  return async () => {
    const isDue = async () => {
      const now = clock.elapsed();
      return now >= freshUntil || (now >= restUntil && last !== undefined && (await isOutdated(last)));
    };
    // Somebody else may have begun it meanwhile.
    if (running === undefined && (await isDue())) running ??= run();
    if (running !== undefined) await Promise.race([running, sleep(waitMilliseconds, { isIdle: true })]);
    return last;
  };
}
