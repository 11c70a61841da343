import { expect, test } from "bun:test";
import { createTaskWaits } from "../../../src/cwl/run/task-waits.ts";
import type { JobWait } from "../../../src/domain/jobs/job.ts";

/** Makes waits whose clock is set by hand, and notes what the job is told. */
function setUp() {
  const clock = { at: 0, now: () => clock.at };
  const told: (readonly [JobWait | undefined, number | undefined])[] = [];
  const waits = createTaskWaits(clock, {
    checkpoint: async () => {},
    log: () => {},
    waits: (wait, until) => void told.push([wait, until]),
  });
  return { clock, told, waits };
}

test("a run waits from the submission of its tool to its begin", () => {
  const { clock, told, waits } = setUp();
  clock.at = 300;
  waits.waits("a", "room", 100);
  clock.at = 900;
  waits.runs("a", 850);
  waits.ends("a");
  expect(told).toEqual([
    [{ reason: "room", since: 100 }, 300],
    [undefined, 850],
  ]);
});

test("a run of which one tool runs does not wait, and waits when that has ended", () => {
  const { clock, told, waits } = setUp();
  waits.runs("a", 0);
  clock.at = 300;
  waits.waits("b", "room", 100);
  expect(told).toEqual([]);
  clock.at = 500;
  waits.ends("a");
  clock.at = 700;
  waits.ends("b");
  expect(told).toEqual([
    [{ reason: "room", since: 500 }, 500],
    [undefined, 700],
  ]);
});

test("another reason is told, and the wait goes on", () => {
  const { told, waits } = setUp();
  waits.waits("a", "its turn", 0);
  waits.waits("a", "its turn", 0);
  waits.waits("a", "Resources", 0);
  expect(told.map(([wait]) => wait?.reason)).toEqual(["its turn", "Resources"]);
});
