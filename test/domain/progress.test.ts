import { expect, test } from "bun:test";
import { monitorProgress, shownProgress, stageNames, stages } from "../../src/domain/progress.ts";

test("The twelve stages have the values that clients know, in order", () => {
  expect(stageNames.map((name) => stages[name].percent)).toEqual([1, 2, 4, 6, 8, 10, 15, 20, 85, 90, 95, 100]);
  expect(Object.keys(stages)).toEqual([...stageNames]);
});

for (const [engine, shown] of [
  [0, 20],
  [50, 52],
  [100, 85],
  [-1, 20],
  [101, 85],
  [Number.NaN, 20],
] as const) {
  test(`monitorProgress() shows an engine's ${engine} as ${shown}`, () => {
    expect(monitorProgress(engine)).toBe(shown);
  });
}

test("shownProgress() never falls", () => {
  expect(shownProgress(60, "monitorStart", false)).toBe(60);
  expect(shownProgress(60, "monitorEnd", false)).toBe(90);
});

test("shownProgress() of a failed run becomes 85, or stays when above, and keeps it through the later stages", () => {
  expect(shownProgress(4, "monitorError", true)).toBe(85);
  expect(shownProgress(90, "monitorError", true)).toBe(90);
  for (const stage of ["monitorEnd", "notify"] as const) expect(shownProgress(85, stage, true)).toBe(85);
});
