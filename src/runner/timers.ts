import { startTimer, type Timer } from "../domain/timers.ts";

/** Timers of one owner. Disposal clears those that are still to come. */
export type Timers = Disposable & { later(milliseconds: number, work: () => void): void };

/** Creates a set of timers. */
export function createTimers(): Timers {
  const timers = new Set<Timer>();
  return {
    later(milliseconds, work) {
      const timer = startTimer(milliseconds, () => {
        timers.delete(timer);
        work();
      });
      timers.add(timer);
    },
    [Symbol.dispose]() {
      for (const timer of timers) timer.clear();
    },
  };
}
