import { expect, test } from "bun:test";
import { endByCause } from "../../../../src/executors/slurm/watch/causes.ts";
import { mayRun } from "../../../../src/executors/slurm/watch/silent-jobs.ts";

const job = (state: string) => ({ id: "7", name: "one", reason: "None", node: "n12", state });

test.each([
  ["PENDING", {}, true],
  ["RUNNING", {}, true],
  ["RUNNING", { hasBegun: true, isSilent: true }, true],
  ["COMPLETING", { hasBegun: true }, true],
  ["COMPLETING", { hasBegun: true, isSilent: false }, true],
  ["COMPLETING", { hasBegun: true, isSilent: true }, false],
  ["COMPLETING", {}, false],
  ["COMPLETED", { hasBegun: true }, false],
  ["NODE_FAIL", {}, false],
] as const)("a job that is %s, of which %j is known, may run: %j", (state, known, expected) => {
  expect(mayRun(job(state), known)).toBe(expected);
});

test("a job that Slurm ended before it began has not started, and its node is named", () => {
  expect(endByCause(job("COMPLETING"), false)).toEqual({
    kind: "notStarted",
    reason: "Slurm ended its job before it began, and its node does not answer (node n12)",
  });
  expect(endByCause(job("COMPLETING"), true)).toMatchObject({ kind: "lost" });
});
