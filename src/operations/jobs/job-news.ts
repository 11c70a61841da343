import { onAbort } from "../../domain/waiting/on-abort.ts";
import type { Database } from "../../store/database/database.ts";

/** Which jobs changed lately, whoever they belong to, by a number that grows with each change. */
export type JobNews = Disposable & {
  /** The place of the newest change, for a later `since`. */
  now(): string;
  /** Jobs that changed after a place, each once; undefined when that is too long ago, or of another life of the server. */
  since(place: string): { readonly jobIds: readonly string[]; readonly place: string } | undefined;
  /** Resolves at the next change, or when the signal ends. */
  next(signal: AbortSignal): Promise<void>;
};

/** Changes that are remembered. Who was away for longer reads the list again. */
const maxRemembered = 10_000;

/** Begins to remember. `epoch` names this life of the server: places of another one are not understood. */
export function createJobNews(database: Database, epoch: string): JobNews {
  let changed: string[] = [];
  /** The number of the first change that is remembered. */
  let first = 0;
  let wake = Promise.withResolvers<void>();
  const subscription = database.feed.subscribeAll((jobIds) => {
    changed.push(...jobIds);
    if (changed.length > 2 * maxRemembered) {
      first += changed.length - maxRemembered;
      changed = changed.slice(-maxRemembered);
    }
    wake.resolve();
    wake = Promise.withResolvers();
  });
  const now = () => `${epoch}-${first + changed.length}`;
  return {
    now,
    since(place) {
      const number = place.startsWith(`${epoch}-`) ? Number(place.slice(epoch.length + 1)) : Number.NaN;
      if (!Number.isSafeInteger(number) || number < first || number > first + changed.length) return undefined;
      return { jobIds: [...new Set(changed.slice(number - first))], place: now() };
    },
    async next(signal) {
      const ended = Promise.withResolvers<void>();
      using _end = onAbort(signal, ended.resolve);
      await Promise.race([wake.promise, ended.promise]);
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}
