/** How long a remote is left alone before each look at its status, in seconds: so many times each, then the last. */
const plan: readonly { readonly seconds: number; readonly times: number }[] = [
  { seconds: 2, times: 5 },
  { seconds: 5, times: 5 },
  { seconds: 10, times: 5 },
  { seconds: 20, times: 5 },
];
const lastSeconds = 30;

/** What a remote may ask for: no look more often than each second, none later than after an hour. */
const leastSeconds = 1;
const mostSeconds = 3600;

/** Gives the wait before a look at a remote's status, counted from 0. What the remote itself asks for wins. */
export function pollDelaySeconds(look: number, askedSeconds?: number): number {
  if (askedSeconds !== undefined && Number.isFinite(askedSeconds)) {
    return Math.min(mostSeconds, Math.max(leastSeconds, askedSeconds));
  }
  let before = 0;
  for (const { seconds, times } of plan) {
    before += times;
    if (look < before) return seconds;
  }
  return lastSeconds;
}
