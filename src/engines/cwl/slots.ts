/** A bound on how many tools run at once. Whoever waits longest is next. */
export type Slots = {
  /** Waits for a free slot; disposal frees it. An abort of the signal rejects the wait. */
  take(signal: AbortSignal): Promise<Disposable>;
};

/** Makes a number of slots. */
export function createSlots(count: number): Slots {
  let free = Math.max(1, count);
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const slot = (): Disposable => {
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) release();
        isHeld = false;
      },
    };
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return slot();
      }
      await waitTurn(waiting, signal);
      return slot();
    },
  };
}

function waitTurn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const turn = () => {
    signal.removeEventListener("abort", leave);
    resolve();
  };
  const leave = () => {
    waiting.splice(waiting.indexOf(turn), 1);
    reject(signal.reason);
  };
  waiting.push(turn);
  signal.addEventListener("abort", leave, { once: true });
  return promise;
}
