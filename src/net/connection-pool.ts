import { startTimer, type Timer } from "../domain/waiting/timers.ts";
import type { Connection } from "./connection.ts";

/** A connection that was used before, and what it sends next: nothing, until it is asked again. */
export type KeptConnection = {
  readonly connection: Connection;
  readonly address: string;
  readonly next: Promise<Uint8Array | undefined>;
};

/**
 * Keeps connections for requests that may be repeated, by scheme, name and port, and by the address that each is connected
 * to. Disposal closes them.
 */
export type ConnectionPool = Disposable & {
  /** Gives one to a place at one of the addresses, which the caller has checked just now. It is the caller's then. */
  take(place: string, addresses: readonly string[]): KeptConnection | undefined;
  /** Keeps one whose last answer was read to its end; closes it where there are enough. */
  keep(place: string, address: string, connection: Connection): void;
};

export type PoolLimits = {
  /** Less than what servers wait for another request as a rule. */
  readonly idleMilliseconds: number;
  readonly mostOfOnePlace: number;
  readonly most: number;
};

const usualLimits: PoolLimits = { idleMilliseconds: 4_000, mostOfOnePlace: 4, most: 32 };

type Entry = KeptConnection & { readonly place: string; readonly timer: Timer };

/** Creates a pool; nothing in it keeps the program from ending. */
export function createConnectionPool(limits: PoolLimits = usualLimits): ConnectionPool {
  const entries = new Set<Entry>();
  let isDisposed = false;
  const drop = (entry: Entry) => {
    if (!entries.delete(entry)) return;
    entry.timer.clear();
    entry.connection.close();
  };
  const keep = (place: string, address: string, connection: Connection) => {
    connection.rest();
    const next = connection.read();
    const timer = startTimer(limits.idleMilliseconds, () => drop(entry)).unref();
    const entry: Entry = { place, address, connection, next, timer };
    entries.add(entry);
    // Whatever a server says unasked, its end too, makes it unfit.
    const leave = () => drop(entry);
    next.then(leave, leave);
    const [oldest] = entries;
    if (entries.size > limits.most && oldest !== undefined) drop(oldest);
  };
  return {
    take(place, addresses) {
      // The youngest is the likeliest to live.
      const found = [...entries].findLast((entry) => entry.place === place && addresses.includes(entry.address));
      if (found === undefined) return undefined;
      entries.delete(found);
      found.timer.clear();
      found.connection.wake();
      return found;
    },
    keep(place, address, connection) {
      const ofPlace = [...entries].filter((entry) => entry.place === place).length;
      if (isDisposed || ofPlace >= limits.mostOfOnePlace) connection.close();
      else keep(place, address, connection);
    },
    [Symbol.dispose]() {
      isDisposed = true;
      for (const entry of entries) drop(entry);
    },
  };
}
