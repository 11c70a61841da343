import { expect, test } from "bun:test";
import { firstToolOf } from "../../../src/domain/jobs/first-tool.ts";
import type { TaskFacts } from "../../../src/domain/jobs/provenance.ts";

const task = (startedAt: number, more: Partial<TaskFacts> = {}): TaskFacts => ({
  ...{ step: "a", kind: "tool", process: "p", startedAt, endedAt: startedAt + 10, executor: "local" },
  ...more,
});

test("the first tool of an attempt is the first that ran for it: nothing else of a workflow, of a cache or of the attempt before", () => {
  const tasks = [
    task(900, { step: "kept" }),
    task(1000, { step: "", kind: "workflow" }),
    task(1100, { step: "e", kind: "expression" }),
    task(1200, { step: "c", isCached: true }),
    task(5000, { step: "late" }),
    task(3000, { step: "first", readyAt: 1500, executor: "slurm" }),
  ];
  expect(firstToolOf(tasks, { startedAt: 1000, waitedMilliseconds: 1900 })).toEqual({
    ...{ startedAt: 3000, waitedMilliseconds: 1500, executor: "slurm" },
  });
  expect(firstToolOf(tasks, { startedAt: 6000 })).toBeUndefined();
  expect(firstToolOf(tasks, {})).toBeUndefined();
  expect(firstToolOf([], { startedAt: 1000 })).toBeUndefined();
});

test("of a single tool all that its attempt waited was before it, and never more than the time until it began", () => {
  expect(firstToolOf([task(3000)], { startedAt: 1000, waitedMilliseconds: 1900 })?.waitedMilliseconds).toBe(1900);
  expect(firstToolOf([task(3000)], { startedAt: 1000, waitedMilliseconds: 9000 })?.waitedMilliseconds).toBe(2000);
  expect(firstToolOf([task(3000, { executor: undefined, kind: "remote" })], { startedAt: 1000 })).toEqual({
    ...{ startedAt: 3000, waitedMilliseconds: 0 },
  });
});
