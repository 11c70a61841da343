/**
 * The one place of the program that starts timers. The runtime's own take 2^31 - 1 ms at most (24.8 days) and fire at once
 * when they are asked for more; these wait for as long as they are told, in parts.
 */

/** What measures the parts. */
export type Alarm = {
  set(milliseconds: number, work: () => void): AlarmHandle;
};

export type AlarmHandle = { clear(): void; unref(): void };

export type Timer = Disposable & {
  /** Lets the program end though this waits. */
  unref(): Timer;
  /** Stops it; harmless when it has fired. */
  clear(): void;
  /** Begins the wait anew. */
  refresh(): void;
};

/** The longest time that the runtime can wait for. */
export const longestPartMilliseconds = 2 ** 31 - 1;

const runtimeAlarm: Alarm = {
  set(milliseconds, work) {
    const handle = setTimeout(work, milliseconds);
    return { clear: () => clearTimeout(handle), unref: () => void handle.unref() };
  },
};

/** Calls `work` once, after so many milliseconds, be it years; not at all when that is for ever. */
export function startTimer(milliseconds: number, work: () => void, alarm: Alarm = runtimeAlarm): Timer {
  const whole = Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
  let left = whole;
  let isReferenced = true;
  let handle: AlarmHandle | undefined;
  const waitOn = () => {
    const part = Math.min(left, longestPartMilliseconds);
    handle = alarm.set(part, () => {
      left -= part;
      if (left > 0) return waitOn();
      handle = undefined;
      work();
    });
    if (!isReferenced) handle.unref();
  };
  const timer: Timer = {
    unref() {
      isReferenced = false;
      handle?.unref();
      return timer;
    },
    clear() {
      handle?.clear();
      handle = undefined;
    },
    refresh() {
      handle?.clear();
      left = whole;
      waitOn();
    },
    [Symbol.dispose]: () => timer.clear(),
  };
  waitOn();
  return timer;
}

/** Calls `work` again and again, each time after so many milliseconds, until it is cleared. */
export function startInterval(milliseconds: number, work: () => void, alarm: Alarm = runtimeAlarm): Timer {
  let isReferenced = true;
  let isCleared = false;
  let current: Timer;
  const startNext = () => {
    current = startTimer(
      milliseconds,
      () => {
        startNext();
        work();
      },
      alarm,
    );
    if (!isReferenced) current.unref();
    if (isCleared) current.clear();
  };
  startNext();
  const timer: Timer = {
    unref() {
      isReferenced = false;
      current.unref();
      return timer;
    },
    clear() {
      isCleared = true;
      current.clear();
    },
    refresh: () => current.refresh(),
    [Symbol.dispose]: () => timer.clear(),
  };
  return timer;
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. `isIdle`: the program may end meanwhile. */
export function sleep(
  milliseconds: number,
  options: { readonly signal?: AbortSignal; readonly isIdle?: boolean; readonly alarm?: Alarm } = {},
): Promise<void> {
  const { signal, isIdle = false, alarm } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted === true) {
    reject(signal.reason);
    return promise;
  }
  const stop = () => {
    timer.clear();
    reject(signal?.reason);
  };
  const timer = startTimer(
    milliseconds,
    () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    },
    alarm,
  );
  if (isIdle) timer.unref();
  signal?.addEventListener("abort", stop, { once: true });
  return promise;
}

/** Creates a signal that is aborted with a `TimeoutError` after so many milliseconds; it keeps no program from ending. */
export function timeLimit(milliseconds: number, alarm?: Alarm): AbortSignal {
  const limit = new AbortController();
  startTimer(milliseconds, () => limit.abort(new DOMException("The time is over", "TimeoutError")), alarm).unref();
  return limit.signal;
}

/** Lets everything else that is due have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
