import { describe, expect, test } from "bun:test";
import { loadJson } from "../../../src/cwl/document/load/load.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";

const tool = { class: "CommandLineTool", baseCommand: "echo", inputs: { a: "string" }, outputs: {} };
const many = { ...tool, inputs: { a: "string[]" } };

/** A workflow with one step, whose requirements stand where the test wants them. */
function workflow(step: JsonObject, members: JsonObject = {}): JsonObject {
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { words: "string[]", word: "string" },
    outputs: {},
    steps: { s: { run: tool, in: { a: "word" }, out: [], ...step } },
    ...members,
  };
}

const inner: JsonObject = {
  class: "Workflow",
  inputs: { a: "string" },
  outputs: {},
  steps: { t: { run: tool, in: { a: "a" }, out: [] } },
};

const uses: readonly (readonly [string, string, JsonObject])[] = [
  ["ScatterFeatureRequirement", "a scatter", { in: { a: "words" }, scatter: "a" }],
  ["SubworkflowFeatureRequirement", "a workflow as a step", { run: inner }],
  ["MultipleInputFeatureRequirement", "several sources", { run: many, in: { a: { source: ["word", "word"] } } }],
  ["StepInputExpressionRequirement", "valueFrom at a step's input", { in: { a: { valueFrom: "x" } } }],
];

describe.each([...uses])("%s", (feature, words, step) => {
  test("is asked for where it is used, with the line to add", () => {
    expect(() => loadJson(workflow(step))).toThrow(
      `found ${words} without ${feature}, wanted the line "${feature}: {}" under the requirements of workflow "main"`,
    );
  });

  for (const [place, document] of [
    ["its workflow", workflow(step, { requirements: { [feature]: {} } })],
    ["its workflow as a hint", workflow(step, { hints: { [feature]: {} } })],
    ["the step", workflow({ ...step, requirements: { [feature]: {} } })],
    [
      "a workflow around it",
      {
        ...workflow({ run: workflow(step), in: { words: "words", word: "word" } }),
        requirements: { SubworkflowFeatureRequirement: {}, [feature]: {} },
      },
    ],
  ] as const) {
    test(`may stand at ${place}`, () => {
      expect(loadJson(document).cwl.outdated).toEqual([]);
    });
  }

  test("is only warned of in what was deployed before", () => {
    const { cwl } = loadJson(workflow(step), { isDeployed: true });
    expect(cwl.outdated).toEqual([expect.stringContaining(`"${feature}: {}"`)]);
  });
});
