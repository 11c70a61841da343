import { syncPath } from "./durable.ts";

/** Makes a directory's entries outlive a stop of the machine. */
export type SharedSync = (directory: string) => Promise<void>;

/**
 * Creates a sync of directories that is shared by those who ask at the same time: while one is done, all who ask wait for
 * the next one, which begins after the last of them has written.
 */
export function createSharedSync(sync: SharedSync = syncPath): SharedSync {
  const current = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();
  const begin = (directory: string): Promise<void> => {
    next.delete(directory);
    const work = sync(directory).finally(() => current.delete(directory));
    current.set(directory, work);
    return work;
  };
  return (directory) => {
    const waiting = next.get(directory);
    if (waiting !== undefined) return waiting;
    const running = current.get(directory);
    if (running === undefined) return begin(directory);
    const following = Promise.allSettled([running]).then(() => begin(directory));
    next.set(directory, following);
    return following;
  };
}
