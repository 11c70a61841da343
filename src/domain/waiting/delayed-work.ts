import { startTimer } from "./timers.ts";

/** Work that begins after a while, unless it is stopped before. */
export type DelayedWork = {
  /** Keeps it from beginning, or aborts its signal and waits for its end. */
  stop(): Promise<void>;
};

/** Delays work. Most tools end before anyone could look at them: until then this is a timer and nothing else. */
export function delayWork(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): DelayedWork {
  const stopped = new AbortController();
  let working: Promise<void> | undefined;
  const timer = startTimer(milliseconds, () => {
    working = work(stopped.signal);
  });
  return {
    async stop() {
      timer.clear();
      if (working === undefined) return;
      stopped.abort();
      await working;
    },
  };
}
