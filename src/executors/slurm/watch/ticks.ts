import { onAbort } from "../../../domain/waiting/on-abort.ts";
import { startTimer } from "../../../domain/waiting/timers.ts";
import type { Listing, Listings } from "./listings.ts";

/** Looks at the directories of jobs for all who wait: one listing a tick for each execution, however many tasks it has. */
export type Ticks = {
  /** Resolves at the tick at which something holds; each tick asks. An abort of the signal rejects it. */
  until(executionId: string, holds: (listing: Listing) => boolean, signal?: AbortSignal): Promise<void>;
};

const tickMilliseconds = 500;

type Waiter = {
  readonly holds: (listing: Listing) => boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
};

/** Makes what looks for all who wait; there is no timer while nobody does. */
export function createTicks(listings: Listings): Ticks {
  const waiting = new Map<string, Set<Waiter>>();
  let isTicking = false;
  const lookAt = async (executionId: string, waiters: Set<Waiter>) => {
    try {
      const listing = await listings.look(executionId);
      for (const waiter of waiters) if (waiter.holds(listing)) waiter.resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  };
  const tick = () => {
    startTimer(tickMilliseconds, () => {
      Promise.all([...waiting].map(([executionId, waiters]) => lookAt(executionId, waiters))).finally(() => {
        isTicking = waiting.size > 0;
        if (isTicking) tick();
      });
    });
  };
  return {
    async until(executionId, holds, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter: Waiter = { holds, resolve, reject };
      const waiters = waiting.get(executionId) ?? new Set();
      waiting.set(executionId, waiters.add(waiter));
      using _stop = onAbort(signal, () => reject(signal?.reason));
      if (!isTicking) {
        isTicking = true;
        tick();
      }
      try {
        await promise;
      } finally {
        waiters.delete(waiter);
        if (waiters.size === 0 && waiting.get(executionId) === waiters) waiting.delete(executionId);
      }
    },
  };
}
