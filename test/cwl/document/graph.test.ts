import { expect, test } from "bun:test";
import { graphOf } from "../../../src/cwl/document/graph.ts";
import { loadJson } from "../../../src/cwl/document/load/load.ts";
import type { Json } from "../../../src/domain/values/json.ts";

const tool = { class: "CommandLineTool", baseCommand: "true", inputs: { x: "string" }, outputs: { y: "stdout" } };

const workflow: Json = {
  cwlVersion: "v1.2",
  class: "Workflow",
  id: "main",
  requirements: {
    StepInputExpressionRequirement: {},
    ScatterFeatureRequirement: {},
    SubworkflowFeatureRequirement: {},
    InlineJavascriptRequirement: {},
  },
  inputs: { words: "string[]", one: "string" },
  outputs: { out: { type: "File", outputSource: "last/y" } },
  steps: {
    each: { run: { ...tool, label: "Shout" }, in: { x: "words" }, scatter: "x", out: ["y"] },
    group: {
      in: { x: "one" },
      out: ["y"],
      when: "$(inputs.x !== '')",
      run: {
        class: "Workflow",
        inputs: { x: "string" },
        outputs: { y: { type: "File", outputSource: "inner/y" } },
        steps: {
          first: { run: tool, in: { x: "x" }, out: ["y"] },
          inner: { run: tool, in: { x: { source: "first/y", valueFrom: "a" } }, out: ["y"] },
        },
      },
    },
    last: { run: tool, in: { x: { source: "group/y", valueFrom: "$(self.path)" } }, out: ["y"] },
  },
};

test("a workflow is its inputs, its steps by what they wait for, with those inside, and its outputs", () => {
  const nodes = graphOf(loadJson(workflow).cwl);
  const words = nodes.map(({ id, kind, needs }) => `${kind} ${id}: ${needs.join()}`);
  expect(words).toEqual([
    "input in:words: ",
    "input in:one: ",
    "step each: in:words",
    "step group: in:one",
    "step last: group",
    "output out:out: last",
  ]);
  const [, , each, group] = nodes;
  expect(each).toMatchObject({ title: "each", runs: "Shout", scatter: ["words"], isConditional: false });
  expect(group).toMatchObject({ isConditional: true });
  expect(group?.inner?.map(({ id, needs }) => `${id}: ${needs.join()}`)).toEqual([
    "group/first: ",
    "group/inner: group/first",
  ]);
});

test("a step is called by its label, and what it runs for each item of by where the items come from", () => {
  const each = { run: tool, label: "Say each", in: { x: "words" }, scatter: "x", out: ["y"] };
  const read = { ...tool, inputs: { x: "File" } };
  const again = { run: read, in: { x: "each/y" }, scatter: "x", out: ["y"] };
  const made = { run: tool, in: { x: { default: ["a"] } }, scatter: "x", out: ["y"] };
  const outputs = { out: { type: "File[]", outputSource: "again/y" } };
  const nodes = graphOf(loadJson({ ...workflow, outputs, steps: { each, again, made } }).cwl);
  const of = (id: string) => nodes.find((one) => one.id === id);
  expect(of("each")).toMatchObject({ title: "Say each", name: "each", scatter: ["words"] });
  expect(of("again")).toMatchObject({ title: "again", scatter: ["y of each"] });
  expect(of("again")?.name).toBeUndefined();
  expect(of("made")).toMatchObject({ scatter: ["x"] });
});

test("a tool is its inputs, itself and its outputs", () => {
  const nodes = graphOf(loadJson({ cwlVersion: "v1.2", id: "t", ...tool, label: "A tool" }).cwl);
  expect(nodes.map(({ kind, title, needs }) => [kind, title, needs.length])).toEqual([
    ["input", "x", 0],
    ["step", "A tool", 1],
    ["output", "y", 1],
  ]);
});
