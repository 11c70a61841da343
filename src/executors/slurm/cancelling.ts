import { startTimer } from "../../domain/waiting/timers.ts";
import type { CancelHow, SlurmCommands } from "./slurm-commands.ts";

/** Asks for the end of one job, together with all others that are asked about now. False when the controller does not answer. */
export type CancelOne = (id: string, how?: CancelHow) => Promise<boolean>;

const gatheringMilliseconds = 50;

/** As many words as any system takes in one command. */
const idsAtOnce = 1000;

/** Makes what ends jobs: those of one moment by one command. */
export function createCancelling({ cancel }: SlurmCommands): CancelOne {
  const waiting = new Map<string, { readonly ids: Set<string>; readonly done: Promise<boolean> }>();
  const cancelAll = async (ids: readonly string[], how: CancelHow) => {
    const words = idWords(ids);
    let isDone = true;
    for (let first = 0; first < words.length; first += idsAtOnce) {
      isDone = (await cancel(words.slice(first, first + idsAtOnce), how)) && isDone;
    }
    return isDone;
  };
  return (id, how = {}) => {
    const key = `${how.user} ${how.signal}`;
    const open = waiting.get(key);
    if (open !== undefined) {
      open.ids.add(id);
      return open.done;
    }
    const ids = new Set([id]);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    waiting.set(key, { ids, done: promise });
    startTimer(gatheringMilliseconds, () => {
      waiting.delete(key);
      cancelAll([...ids], how).then(resolve, reject);
    });
    return promise;
  };
}

/** Words numbers of jobs for `scancel`: the elements of one array are one word, such as `12_[0-3,7]`. */
export function idWords(ids: readonly string[]): readonly string[] {
  const arrays = new Map<string, number[]>();
  const alone: string[] = [];
  for (const id of ids) {
    const [, array, index] = /^(\d+)_(\d+)$/.exec(id) ?? [];
    if (array === undefined) {
      alone.push(id);
      continue;
    }
    const indices = arrays.get(array) ?? [];
    arrays.set(array, indices);
    indices.push(Number(index));
  }
  return [...alone, ...[...arrays].map(([array, indices]) => `${array}_[${rangesOf(indices)}]`)];
}

function rangesOf(indices: readonly number[]): string {
  const ranges: { readonly from: number; to: number }[] = [];
  for (const index of indices.toSorted((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last !== undefined && index <= last.to + 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}
