import { Problem } from "../domain/problem.ts";
import { growingPause } from "../domain/waiting/growing-pause.ts";
import { onAbort } from "../domain/waiting/on-abort.ts";
import { sleep, startTimer } from "../domain/waiting/timers.ts";
import { PassingProblem } from "./fetch.ts";

/** How often, and how long, what failed in passing is tried. */
export type Tries = {
  /** Once when not given. */
  readonly tries?: number;
  /** The longest time of all tries and pauses together; as long as each takes when not given. */
  readonly totalMilliseconds?: number;
  /** Is told of each try that failed and is followed by another. */
  readonly tell?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** Waits; rejects when the signal is aborted. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

const waitForReal: NonNullable<Tries["wait"]> = (milliseconds, signal) => sleep(milliseconds, { signal });

/** Does what harms nothing when it is done twice, again after each `PassingProblem`: after growing pauses, or when the server wants. */
export async function tryAgain<Value>(given: Tries, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const { tries = 1, totalMilliseconds, tell, wait = waitForReal } = given;
  const controller = new AbortController();
  const { signal } = controller;
  using _stop = onAbort(given.signal, () => controller.abort(given.signal?.reason));
  const timer = totalMilliseconds === undefined ? undefined : startTimer(totalMilliseconds, () => controller.abort());
  const pauses = growingPause();
  try {
    for (let tried = 1; ; tried += 1) {
      try {
        return await work(signal);
      } catch (error) {
        if (!(error instanceof PassingProblem) || tries === 1) throw error;
        const pause = Math.max(pauses.next(), 1000 * (error.retryAfterSeconds ?? 0));
        const isTooLong = totalMilliseconds !== undefined && pause >= totalMilliseconds;
        if (tried >= tries || isTooLong || signal.aborted) throw gaveUp(error, tried);
        tell?.(`${error.message}; try ${tried + 1} of ${tries} follows in ${Math.ceil(pause / 1000)} s`);
        await wait(pause, signal).catch(() => undefined);
        if (signal.aborted) throw gaveUp(error, tried);
      }
    }
  } finally {
    timer?.clear();
  }
}

function gaveUp({ kind, message }: Problem, tried: number): Problem {
  return new Problem(kind, tried === 1 ? message : `${message}, at the last of ${tried} tries`);
}
