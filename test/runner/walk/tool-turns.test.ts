import { expect, test } from "bun:test";
import { createToolTurns, type ToolTurn } from "../../../src/runner/walk/tool-turns.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { newJob } from "../../support/jobs-in-store.ts";

const never = new AbortController().signal;

/** Joins jobs under their names, and notes who has its turn. */
function setUp(slots: number) {
  const clock = fakeClock();
  const turns = createToolTurns(clock, slots);
  const started: string[] = [];
  const join = (id: string, options: { priority?: number; isAdopted?: boolean } = {}): ToolTurn => {
    const job = newJob({ id, processId: id.slice(0, 1), priority: options.priority ?? 0 });
    const turn = turns.join(job, options.isAdopted ?? false);
    void turn.come(never).then(() => started.push(id));
    return turn;
  };
  return { clock, turns, started, join };
}

test("turns come one after the other, in the order of joining, when a run has ended or its walk has", async () => {
  const { started, join } = setUp(1);
  const [first, second] = [join("a1"), join("a2"), join("a3")];
  await Bun.sleep(0);
  expect(started).toEqual(["a1"]);
  first?.endRun();
  // Told again, or gone after that, it frees nothing more.
  first?.endRun();
  first?.[Symbol.dispose]();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a2"]);
  expect([first?.hasRun, second?.hasRun]).toEqual([true, false]);
  second?.[Symbol.dispose]();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a2", "a3"]);
});

test("of those that wait, the one with the highest priority is next", async () => {
  const { started, join } = setUp(1);
  const first = join("a1");
  join("a2");
  join("a3", { priority: 5 });
  first.endRun();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a3"]);
});

test("what was found after a restart takes slots, though there may be more of it than slots", async () => {
  const { started, join } = setUp(1);
  const found = [join("a1", { isAdopted: true }), join("a2", { isAdopted: true })];
  join("a3");
  found[0]?.endRun();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a2"]);
  found[1]?.endRun();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a2", "a3"]);
});

test("who gives up waiting is told why, and keeps nobody from their turn", async () => {
  const { turns, started, join } = setUp(1);
  const first = join("a1");
  const waiting = turns.join(newJob({ id: "a2" }), false);
  const stopped = new AbortController();
  const came = waiting.come(stopped.signal);
  stopped.abort(new Error("dismissed"));
  await expect(came).rejects.toThrow("dismissed");
  waiting[Symbol.dispose]();
  join("a3");
  first.endRun();
  await Bun.sleep(0);
  expect(started).toEqual(["a1", "a3"]);
});

test("runs are quick when the last one of each process was, and none has taken long by now", () => {
  const { clock, turns, join } = setUp(1);
  const first = join("a1");
  expect(turns.areQuick()).toBe(false);
  clock.advance(10);
  first.endRun();
  const second = join("a2");
  expect(turns.areQuick()).toBe(true);
  const other = join("b1");
  expect(turns.areQuick()).toBe(false);
  other.endRun();
  expect(turns.areQuick()).toBe(true);
  clock.advance(1000);
  expect(turns.areQuick()).toBe(false);
  second.endRun();
  join("a3");
  expect(turns.areQuick()).toBe(false);
});
