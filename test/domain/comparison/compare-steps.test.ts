import { expect, test } from "bun:test";
import { stepPairs } from "../../../src/domain/comparison/compare-steps.ts";

const step = (name: string, exitCode = 0) => ({ step: name, tools: 1, cpuSeconds: 1, exitCode });

test("a step from the cache is no difference, and one that did not run is", () => {
  const first = { steps: [step("clean"), step("plot"), step("sort")], cached: [] };
  const second = { steps: [step("sort", 1)], cached: ["clean", "other[1]"] };
  expect(stepPairs([first, second])).toMatchObject([
    { id: "clean", same: true, a: { tools: 1 }, b: { fromCache: true } },
    { id: "plot", same: false },
    { id: "sort", same: false, b: { exitCode: 1 } },
  ]);
  expect(stepPairs([{ steps: [], cached: ["sort[0]"] }, second])).toMatchObject([
    { id: "sort", same: true, a: { fromCache: true } },
  ]);
});
