import { shortageOf } from "../figures/shortage.ts";
import { errorText } from "../problem.ts";

/** Waits for what the machine is short of: that is no failure of the work that needed it. */
export type Patience = {
  /**
   * Does work, and does it again after a pause while it fails because the machine is short of something. It must be
   * repeatable. `isAgain` tells that it was tried before. Throws its error when it waited for longer than is set, or the
   * signal is aborted.
   */
  during<T>(work: (isAgain: boolean) => Promise<T>, waiting: Waiting): Promise<T>;
  /** Names what some work waits for at this moment; undefined when none does. */
  shortage(): string | undefined;
};

export type Waiting = {
  readonly signal: AbortSignal;
  /** Told once of each wait, and of its end. */
  readonly say: (words: string) => void;
  /** Tells that waiting is of no use: what is asked for is more than there will ever be. */
  readonly isHopeless?: (error: unknown) => Promise<boolean>;
};

export type PatienceDeps = {
  readonly elapsed: () => number;
  /** Waits, and ends early, without an error, when the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** How long the same work waits at most. */
  readonly maxMilliseconds: number;
};

const firstPauseMilliseconds = 250;
const lastPauseMilliseconds = 10_000;

/** Creates a patience. Pauses double, up to ten seconds. */
export function createPatience({ elapsed, pause, maxMilliseconds }: PatienceDeps): Patience {
  const waits = new Map<symbol, string>();
  return {
    shortage: () => [...waits.values()][0],
    async during(work, { signal, say, isHopeless }) {
      const wait = Symbol("wait");
      const since = elapsed();
      let milliseconds = firstPauseMilliseconds;
      let isAgain = false;
      try {
        for (;;) {
          try {
            const done = await work(isAgain);
            if (isAgain) say(`Goes on: the server has ${waits.get(wait) ?? "what was missing"} again`);
            return done;
          } catch (error) {
            const short = shortageOf(error);
            const isOver = signal.aborted || elapsed() - since >= maxMilliseconds;
            if (short === undefined || isOver || (await isHopeless?.(error)) === true) throw error;
            if (!isAgain) say(`Waits: the server is short of ${short} (${errorText(error)})`);
            waits.set(wait, short);
            isAgain = true;
            await pause(milliseconds, signal);
            if (signal.aborted) throw error;
            milliseconds = Math.min(milliseconds * 2, lastPauseMilliseconds);
          }
        }
      } finally {
        waits.delete(wait);
      }
    },
  };
}

/** For where nobody waits: an error is told at once. */
export const noPatience: Patience = { during: (work) => work(false), shortage: () => undefined };
