import { onAbort } from "./on-abort.ts";
/** What one tool takes of the machine while it runs. */
export type Reservation = { readonly cores: number; readonly memoryMebibytes: number };

/** A bound on how many tools run at once, and on what they take together. Whoever waits longest is next. */
export type Slots = {
  /** Waits until a tool fits; disposal frees what it took. An abort of the signal rejects the wait. */
  take(wanted: Reservation, signal: AbortSignal): Promise<Disposable>;
  /** Counts a tool that runs already, whether it fits or not. */
  occupy(taken: Reservation): Disposable;
};

export type Capacity = Reservation & { readonly slots: number };

/** Creates the slots of a machine. A tool that asks for more than all of it runs when nothing else does that asked. */
export function createSlots(capacity: Capacity): Slots {
  let free = { slots: Math.max(1, capacity.slots), cores: capacity.cores, memoryMebibytes: capacity.memoryMebibytes };
  const waiting: { readonly wanted: Reservation; readonly turn: () => void }[] = [];
  const within = ({ cores, memoryMebibytes }: Reservation): Reservation => ({
    cores: Math.min(cores, capacity.cores),
    memoryMebibytes: Math.min(memoryMebibytes, capacity.memoryMebibytes),
  });
  const fits = ({ cores, memoryMebibytes }: Reservation) =>
    free.slots > 0 && cores <= Math.max(0, free.cores) && memoryMebibytes <= Math.max(0, free.memoryMebibytes);
  const change = ({ cores, memoryMebibytes }: Reservation, by: 1 | -1) => {
    free = {
      slots: free.slots + by,
      cores: free.cores + by * cores,
      memoryMebibytes: free.memoryMebibytes + by * memoryMebibytes,
    };
  };
  // Nobody overtakes: a large tool would wait for ever behind small ones.
  const admit = () => {
    for (let next = waiting[0]; next !== undefined && fits(next.wanted); next = waiting[0]) {
      waiting.shift();
      change(next.wanted, -1);
      next.turn();
    }
  };
  const slot = (taken: Reservation): Disposable => {
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        change(taken, 1);
        admit();
      },
    };
  };
  return {
    async take(asked, signal) {
      signal.throwIfAborted();
      const wanted = within(asked);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const entry = { wanted, turn: resolve };
      const leave = () => {
        const place = waiting.indexOf(entry);
        // Its turn may have come just before.
        if (place === -1) return;
        waiting.splice(place, 1);
        reject(signal.reason);
        admit();
      };
      waiting.push(entry);
      using _leave = onAbort(signal, leave);
      admit();
      await promise;
      return slot(wanted);
    },
    occupy(asked) {
      const taken = within(asked);
      change(taken, -1);
      return slot(taken);
    },
  };
}
