import type { Clock } from "../../src/domain/clock.ts";

/** A clock that stands still until it is moved. */
export type FakeClock = Clock & {
  /** Moves the time forward. */
  advance(milliseconds: number): void;
};

/** Makes a clock that stands at `start`, 2021-03-02T03:32:41Z when none is given. */
export function fakeClock(start: number = Date.UTC(2021, 2, 2, 3, 32, 41)): FakeClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}
