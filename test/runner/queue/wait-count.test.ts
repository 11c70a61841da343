import { expect, test } from "bun:test";
import { createWaitCount } from "../../../src/runner/queue/wait-count.ts";

test("waits add up, an open one until now, after what an earlier life of the server wrote down", () => {
  const clock = { now: () => 10_000 };
  const count = createWaitCount(clock, { waitedMilliseconds: 50 });
  expect(count.until(10_000)).toBe(50);
  count.set({ reason: "a slot", since: 1000 });
  expect(count.shown()).toEqual({ wait: { reason: "a slot", since: 1000 }, waitedMilliseconds: 50 });
  expect(count.until(3000)).toBe(2050);
  // Another reason for the same wait.
  count.set({ reason: "room", since: 4000 });
  count.set(undefined, 6000);
  expect(count.shown()).toEqual({ waitedMilliseconds: 5050 });
  count.set({ reason: "a slot", since: 7000 });
  count.set(undefined);
  expect(count.until(99_000)).toBe(8050);
  expect(createWaitCount(clock, {}).until(10_000)).toBeUndefined();
});
