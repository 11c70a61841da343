/** A source of random numbers that gives the same ones for the same seed. */
export type Random = {
  /** A whole number from 0 to `below`, without that. */
  below(below: number): number;
  /** One of some. */
  pick<T>(from: readonly T[]): T;
  /** True once in so many times. */
  oneIn(times: number): boolean;
};

/** Makes the source of a seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick(from) {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error("Cannot pick from nothing");
      return one;
    },
  };
}
