import type { Clock } from "../../src/domain/waiting/clock.ts";

/** A clock that stands still until it is moved. */
export type FakeClock = Clock & {
  /** Lets time pass. */
  advance(milliseconds: number): void;
  /** Sets the time of day, forward or back; no time passes. */
  jump(milliseconds: number): void;
};

/** Makes a clock that stands at `start`, 2021-03-02T03:32:41Z when none is given. */
export function fakeClock(start: number = Date.UTC(2021, 2, 2, 3, 32, 41)): FakeClock {
  let time = start;
  let passed = 0;
  return {
    now: () => time,
    elapsed: () => passed,
    advance: (milliseconds) => {
      time += milliseconds;
      passed += milliseconds;
    },
    jump: (milliseconds) => {
      time += milliseconds;
    },
  };
}
