import { expect, test } from "bun:test";
import {
  begunKey,
  countSteps,
  type GraphNode,
  openStepsOf,
  partsKey,
  partsOf,
  type RunFacts,
  statesOf,
} from "../../../src/domain/graph/workflow-graph.ts";

function step(id: string, needs: readonly string[] = [], inner?: readonly GraphNode[]): GraphNode {
  const node = { id, kind: "step", title: id, needs, scatter: [], isConditional: false } as const;
  return inner === undefined ? node : { ...node, inner };
}

const nodes: readonly GraphNode[] = [
  { ...step("in:x"), kind: "input" },
  step("a", ["in:x"]),
  step("g", ["a"], [step("g/b"), step("g/c", ["g/b"])]),
  step("d", ["g"]),
  { ...step("out:y", ["d"]), kind: "output" },
];

const nothing: RunFacts = { isRunning: false, isSuccessful: false, finished: [] };
const running = { ...nothing, isRunning: true };

const cases: readonly (readonly [string, RunFacts, string])[] = [
  ["waits", nothing, "a waiting, g waiting, g/b waiting, g/c waiting, d waiting"],
  ["begins", running, "a running, g waiting, g/b waiting, g/c waiting, d waiting"],
  ["is in a group", { ...running, finished: ["a"] }, "a done, g running, g/b running, g/c waiting, d waiting"],
  ["goes on in a group", { ...running, finished: ["a", "g/b"] }, "a done, g running, g/b done, g/c running, d waiting"],
  ["is behind a group", { ...running, finished: ["a", "g"] }, "a done, g done, g/b done, g/c done, d running"],
  [
    "has parts only",
    { ...running, finished: ["a[0]", "a[1]"] },
    "a running, g waiting, g/b waiting, g/c waiting, d waiting",
  ],
  ["has succeeded", { ...nothing, isSuccessful: true }, "a done, g done, g/b done, g/c done, d done"],
  [
    "failed in a group",
    { ...nothing, finished: ["a", "g/b"], failedStep: "g/c" },
    "a done, g failed, g/b done, g/c failed, d waiting",
  ],
  ["was dismissed", { ...nothing, finished: ["a"] }, "a done, g waiting, g/b waiting, g/c waiting, d waiting"],
];

test.each(cases)("the states of the steps of a run that %s", (_, run, wanted) => {
  expect([...statesOf(nodes, run)].map(([id, state]) => `${id} ${state}`).join(", ")).toBe(wanted);
});

test("steps of groups count", () => {
  expect(countSteps(nodes)).toBe(5);
});

test("the parts of scattered steps are counted, of tools and of workflows, also inside of other parts", () => {
  const keys = ["a[0]", "a[2]", "g[0][0]", "g[1]/b[0]", "g[1]/b", "#usage", "a[1]#retries"];
  const all = [...keys, partsKey("a", 3), partsKey("g", 2), partsKey("g[1]/b", 1), partsKey("none", 0)];
  expect(Object.fromEntries(partsOf(all))).toEqual({
    a: { done: 2, count: 3 },
    g: { done: 1, count: 2 },
    "g[1]/b": { done: 1, count: 1 },
    none: { done: 0, count: 0 },
  });
});

test("scattered steps of which parts have not ended are open, since their first part began where that is known", () => {
  const begun = [begunKey("a", 70), begunKey("a", 50), begunKey("g[0]/b", 9), begunKey("g[1]/b", 8), begunKey("d", 1)];
  const all = ["a[0]", "d[0]", "g[0]/b[0]", partsKey("a", 3), partsKey("d", 1), partsKey("n", 2), ...begun];
  const open = openStepsOf([...all, partsKey("g[0]/b", 2), partsKey("g[1]/b", 2), "#usage"]);
  expect(Object.fromEntries(open)).toEqual({ a: 50, n: undefined, "g/b": 8 });
});
