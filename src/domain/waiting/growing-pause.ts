/** How long a loop waits after a failure: from the first pause on, twice as long after each, until something succeeds. */
export type GrowingPause = {
  /** Counts a failure and gives the pause after it, in milliseconds. */
  next(): number;
  /** Counts a success: the next failure is a first one. */
  reset(): void;
};

const firstMilliseconds = 1000;
const longestMilliseconds = 60_000;

/** Creates the pauses of one loop: from a second to a minute, when nothing else is asked for. */
export function growingPause(first = firstMilliseconds, longest = longestMilliseconds): GrowingPause {
  let pause = first;
  return {
    next() {
      const now = pause;
      pause = Math.min(pause * 2, longest);
      return now;
    },
    reset() {
      pause = first;
    },
  };
}
