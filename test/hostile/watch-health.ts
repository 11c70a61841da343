import { appendFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How long the server took to answer while something was done to it, in milliseconds. */
export type HealthTimes = { readonly answers: number; readonly median: number; readonly worst: number };

/** How long a request is waited for; a server that takes longer is frozen. */
const frozenMilliseconds = 20_000;

/** Where the times of each attack are appended, a line of JSON each; nowhere when it is not set. */
const timesFile = process.env.HEDDLE_HOSTILE_TIMES;

/**
 * Does something to a server and asks `/healthz` all the while. Gives what it gave; throws when a request was not
 * answered with 200. The times are printed by `test/bench/attacks.ts`: no test depends on them.
 */
export async function whileHealthy<T>(url: string, attack: string, work: () => Promise<T>): Promise<T> {
  const times: number[] = [];
  const end = new AbortController();
  const watching = (async () => {
    while (!end.signal.aborted) {
      const began = performance.now();
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(frozenMilliseconds) });
      await response.text();
      if (response.status !== 200) throw new Error(`/healthz answered ${response.status} during "${attack}"`);
      times.push(performance.now() - began);
      await sleep(20);
    }
  })();
  try {
    return await work();
  } finally {
    end.abort();
    await watching;
    if (timesFile !== undefined) await appendFile(timesFile, `${JSON.stringify({ attack, ...summary(times) })}\n`);
  }
}

function summary(times: readonly number[]): HealthTimes {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { answers: sorted.length, median: Math.round(median), worst: Math.round(sorted.at(-1) ?? 0) };
}
