import { describe, expect, test } from "bun:test";
import {
  advance,
  monitorProgress,
  shownProgress,
  stageNames,
  stages,
  type WalkEvent,
  type WalkState,
} from "../../../src/domain/jobs/progress.ts";

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

describe("advance()", () => {
  const state = (changes: Partial<WalkState> = {}): WalkState => ({
    stage: "monitorLoop",
    progress: 40,
    message: "before",
    hasFailed: false,
    isDone: false,
    hasReachedTool: true,
    ...changes,
  });
  const rows: readonly (readonly [string, WalkState, WalkEvent, Partial<WalkState>])[] = [
    [
      "a stage shows its percentage and its message",
      state({ stage: "setup", progress: 1, hasReachedTool: false }),
      { kind: "enter", stage: "describe" },
      { stage: "describe", progress: 2, message: "Loading process description.", hasReachedTool: false },
    ],
    [
      "a stage shows the words that it is given",
      state(),
      { kind: "enter", stage: "monitorEnd", message: "words" },
      { progress: 90, message: "words" },
    ],
    ["a stage never goes back", state({ progress: 93 }), { kind: "enter", stage: "monitorEnd" }, { progress: 93 }],
    [
      "the tool is reached where it runs",
      state({ hasReachedTool: false }),
      { kind: "enter", stage: "statusLocation" },
      { hasReachedTool: true, progress: 40 },
    ],
    ["done is done", state({ progress: 95 }), { kind: "enter", stage: "done" }, { isDone: true, progress: 100 }],
    [
      "a stage that was recorded is passed without a word",
      state({ stage: "setup", recorded: "monitorLoop", hasReachedTool: false }),
      { kind: "enter", stage: "statusLocation" },
      { stage: "statusLocation", progress: 40, message: "before", hasReachedTool: true },
    ],
    [
      "the first stage beyond those that were recorded is shown",
      state({ recorded: "monitorLoop" }),
      { kind: "enter", stage: "monitorEnd" },
      { stage: "monitorEnd", progress: 90, message: "Collecting job results." },
    ],
    [
      "a failure shows 85 and names its stage",
      state(),
      { kind: "fail", message: "why" },
      {
        stage: "monitorError",
        hasFailed: true,
        progress: 85,
        message: 'Job execution failed at the stage "Running": why',
      },
    ],
    [
      "a failure is shown though its stage was recorded",
      state({ recorded: "notify", progress: 95 }),
      { kind: "fail", message: "why" },
      { stage: "monitorError", progress: 95, message: 'Job execution failed at the stage "Running": why' },
    ],
    [
      "a failed job walks on and stays where it is",
      state({ hasFailed: true, progress: 85 }),
      { kind: "enter", stage: "notify" },
      { stage: "notify", progress: 85, isDone: false },
    ],
    [
      "an engine's percent is shown within its stage",
      state({ progress: 20 }),
      { kind: "percent", percent: 50 },
      { progress: 52, message: "before" },
    ],
    [
      "an engine's percent never goes back",
      state({ progress: 60 }),
      { kind: "percent", percent: 10, message: "words" },
      { progress: 60, message: "words" },
    ],
  ];
  test.each(rows)("%s", (_name, before, event, after) => {
    expect(advance(before, event)).toMatchObject(after);
  });
});
