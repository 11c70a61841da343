import { startTimer, type Timer } from "../domain/waiting/timers.ts";

/** Timers of one owner. Disposal clears those that are still to come, and takes no more. */
export type Timers = Disposable & { later(milliseconds: number, work: () => void): void };

/** Creates a set of timers. */
export function createTimers(): Timers {
  const timers = new Set<Timer>();
  let isOver = false;
  return {
    later(milliseconds, work) {
      if (isOver) return;
      const timer = startTimer(milliseconds, () => {
        timers.delete(timer);
        work();
      });
      timers.add(timer);
    },
    [Symbol.dispose]() {
      isOver = true;
      for (const timer of timers) timer.clear();
    },
  };
}
