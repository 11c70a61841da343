/** Does work, not more at once than was said, in the order in which it was asked for. */
export type AtOnce = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes what bounds how much work is under way. */
export function createAtOnce(most: number): AtOnce {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    // Whoever ends hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
