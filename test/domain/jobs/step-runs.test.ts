import { expect, test } from "bun:test";
import type { TaskFacts } from "../../../src/domain/jobs/provenance.ts";
import { cachedWords, stepRunsOf } from "../../../src/domain/jobs/step-runs.ts";

const task = (step: string, startedAt: number, endedAt: number, more: Partial<TaskFacts> = {}): TaskFacts => ({
  ...{ step, kind: "tool", process: "p", startedAt, endedAt },
  ...more,
});

test("parts of a scattered step are one step, from the first begin to the last end, in the order of the starts", () => {
  const runs = stepRunsOf([
    task("", 0, 100, { kind: "workflow" }),
    task("late", 50, 60, { executor: "local", host: "a" }),
    task("count[1]", 12, 30, { executor: "local", host: "b" }),
    task("count[0]", 10, 20, { executor: "local", host: "a" }),
    task("count[2]", 13, 14, { isCached: true, executor: "local", host: "c" }),
  ]);
  expect(runs).toEqual([
    {
      ...{ step: "count", startedAt: 10, endedAt: 30, parts: 3, cached: 1, hasFailed: false },
      places: ["local on a", "local on b"],
    },
    { step: "late", startedAt: 50, endedAt: 60, parts: 1, cached: 0, hasFailed: false, places: ["local on a"] },
  ]);
});

test("a step inside another is one by its path, whichever part of that it was in", () => {
  const runs = stepRunsOf([task("in[0]/say", 1, 2), task("in[1]/say", 2, 3, { failure: "no", ranAt: "echo of far" })]);
  expect(runs).toMatchObject([{ step: "in/say", parts: 2, hasFailed: true, places: ["echo of far"] }]);
  // A name may hold brackets that count nothing.
  expect(stepRunsOf([task("a[b]", 1, 2)])).toMatchObject([{ step: "a[b]" }]);
});

test("a scattered step has no end while some of its parts have none, and begins with the first of them", () => {
  const open = new Map([
    ["count", 9],
    ["in/say", undefined],
    ["late", undefined],
  ]);
  expect(stepRunsOf([], open)).toEqual([
    { ...{ step: "count", startedAt: 9, parts: 0, cached: 0, hasFailed: false }, places: [] },
  ]);
  const runs = stepRunsOf([task("count[1]", 12, 30), task("in[0]/say", 20, 40), task("done[0]", 1, 5)], open);
  expect(runs.map(({ step, startedAt, endedAt }) => [step, startedAt, endedAt])).toEqual([
    ["done", 1, 5],
    ["count", 9, undefined],
    ["in/say", 20, undefined],
  ]);
});

test("a step that failed and ran again, after a retry, is told as it ran last", () => {
  const runs = stepRunsOf([
    task("join", 1, 2, { failure: "no", executor: "local", host: "a" }),
    task("join", 9000, 9001, { executor: "local", host: "b" }),
  ]);
  expect(runs).toMatchObject([{ startedAt: 9000, endedAt: 9001, parts: 1, hasFailed: false, places: ["local on b"] }]);
});

test("what was taken from an earlier run is told in words", () => {
  expect(cachedWords({ parts: 1, cached: 0 })).toBeUndefined();
  expect(cachedWords({ parts: 1, cached: 1 })).toBe("from the cache");
  expect(cachedWords({ parts: 3, cached: 2 })).toBe("2 of 3 from the cache");
});
