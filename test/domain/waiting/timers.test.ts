import { describe, expect, test } from "bun:test";
import {
  type Alarm,
  longestPartMilliseconds,
  sleep,
  startInterval,
  startTimer,
  timeLimit,
} from "../../../src/domain/waiting/timers.ts";

const day = 24 * 60 * 60 * 1000;

/** A runtime whose time passes when it is told; like the real one it cannot wait for more than 2^31 - 1 ms. */
function fakeAlarm() {
  let now = 0;
  const waiting = new Set<{ at: number; work: () => void }>();
  const alarm: Alarm = {
    set(milliseconds, work) {
      expect(milliseconds).toBeLessThanOrEqual(2 ** 31 - 1);
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      const one = { at: now + milliseconds, work };
      waiting.add(one);
      return { clear: () => void waiting.delete(one), unref: () => {} };
    },
  };
  const pass = (milliseconds: number) => {
    const end = now + milliseconds;
    for (;;) {
      const next = [...waiting].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      now = next.at;
      waiting.delete(next);
      next.work();
    }
    now = end;
  };
  return { alarm, pass, waiting: () => waiting.size };
}

describe("startTimer()", () => {
  test.each([
    [1, "a millisecond"],
    [longestPartMilliseconds, "the longest part"],
    [longestPartMilliseconds + 1, "a millisecond more"],
    [30 * day, "30 days, as of ToolTimeLimit: 2592000"],
    [10 * 365 * day, "ten years"],
  ])("fires after %d ms (%s), not before, and once", (milliseconds) => {
    const { alarm, pass, waiting } = fakeAlarm();
    let fired = 0;
    startTimer(milliseconds, () => (fired += 1), alarm);
    pass(milliseconds - 1);
    expect(fired).toBe(0);
    pass(1);
    expect(fired).toBe(1);
    pass(milliseconds * 2);
    expect([fired, waiting()]).toEqual([1, 0]);
  });

  test("never fires when the time is for ever, at once when it is over or is no number", () => {
    const { alarm, pass } = fakeAlarm();
    const fired: string[] = [];
    startTimer(Number.POSITIVE_INFINITY, () => fired.push("never"), alarm);
    startTimer(1e300, () => fired.push("hardly"), alarm);
    for (const time of [0, -1, Number.NEGATIVE_INFINITY, Number.NaN]) startTimer(time, () => fired.push("now"), alarm);
    pass(0);
    expect(fired).toEqual(["now", "now", "now", "now"]);
    pass(1000 * 365 * day);
    expect(fired.length).toBe(4);
  });

  test("can be cleared in any part, and begun anew", () => {
    const { alarm, pass, waiting } = fakeAlarm();
    let fired = 0;
    const cleared = startTimer(100 * day, () => (fired += 1), alarm);
    pass(60 * day);
    cleared.clear();
    pass(100 * day);
    expect([fired, waiting()]).toEqual([0, 0]);
    const again = startTimer(30 * day, () => (fired += 1), alarm);
    pass(29 * day);
    again.refresh();
    pass(29 * day);
    expect(fired).toBe(0);
    pass(day);
    expect(fired).toBe(1);
  });
});

test("startInterval() fires after each of its times, however long, until it is cleared, also by itself", () => {
  const { alarm, pass, waiting } = fakeAlarm();
  let fired = 0;
  const timer = startInterval(
    40 * day,
    () => {
      fired += 1;
      if (fired === 3) timer.clear();
    },
    alarm,
  );
  pass(39 * day);
  expect(fired).toBe(0);
  pass(41 * day);
  expect(fired).toBe(2);
  pass(400 * day);
  expect([fired, waiting()]).toEqual([3, 0]);
});

test("sleep() waits for months, and ends with its signal's reason", async () => {
  const { alarm, pass, waiting } = fakeAlarm();
  const slept = sleep(90 * day, { alarm });
  pass(90 * day);
  await slept;
  const stop = new AbortController();
  const stopped = sleep(90 * day, { alarm, signal: stop.signal });
  stop.abort("enough");
  expect(await stopped.catch((reason: unknown) => reason)).toBe("enough");
  expect(await sleep(1, { signal: stop.signal }).catch((reason: unknown) => reason)).toBe("enough");
  expect(waiting()).toBe(0);
});

test("timeLimit() aborts with a TimeoutError when its time is over, not at once", () => {
  const { alarm, pass } = fakeAlarm();
  const signal = timeLimit(365 * day, alarm);
  pass(364 * day);
  expect(signal.aborted).toBe(false);
  pass(day);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});
