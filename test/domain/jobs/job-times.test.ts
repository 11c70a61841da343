import { expect, test } from "bun:test";
import { jobTimes, waitedUntil } from "../../../src/domain/jobs/job-times.ts";

test("what a job waits after its start counts as waiting, not as running", () => {
  const ended = { createdAt: 1000, startedAt: 3000, finishedAt: 50_000 };
  expect(jobTimes(ended, 99_000)).toEqual({ waiting: 2000, running: 47_000 });
  expect(jobTimes({ ...ended, waitedMilliseconds: 40_000 }, 99_000)).toEqual({ waiting: 42_000, running: 7000 });
});

test("one that waits just now does not run meanwhile", () => {
  const times = { createdAt: 1000, startedAt: 3000, waitedMilliseconds: 100, wait: { reason: "a slot", since: 4000 } };
  expect(jobTimes(times, 9000)).toEqual({ waiting: 7100, running: 900 });
});

test("before its start, and when clocks were set back, nothing is negative", () => {
  expect(jobTimes({ createdAt: 1000 }, 4000)).toEqual({ waiting: 3000 });
  expect(jobTimes({ createdAt: 5000, startedAt: 3000 }, 2000)).toEqual({ waiting: 0, running: 0 });
});

test("an attempt that never waited has no wait, and one that waits adds to what it waited before", () => {
  expect(waitedUntil({}, 9000)).toBeUndefined();
  expect(waitedUntil({ waitedMilliseconds: 5 }, 9000)).toBe(5);
  expect(waitedUntil({ waitedMilliseconds: 5, wait: { reason: "x", since: 8000 } }, 9000)).toBe(1005);
});
