import { describe, expect, test } from "bun:test";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { packDocument } from "../../../src/cwl/document/pack/pack.ts";
import { Problem } from "../../../src/domain/problem.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";

const tool = { class: "CommandLineTool", baseCommand: "echo", inputs: {}, outputs: { out: "stdout" } };

/** A workflow with an input `out` and a step `t` whose output is called the same. */
function workflow(outputSource: unknown, members: JsonObject = {}): string {
  return JSON.stringify({
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { out: "File" },
    outputs: { r: { type: "File", outputSource } },
    steps: { t: { run: tool, in: {}, out: ["out"] } },
    ...members,
  });
}

function sourcesOf(text: string): readonly string[] {
  const { main } = loadText(text, "t.cwl").cwl;
  if (main.kind !== "workflow") throw new Error("It is no workflow");
  return main.outputs.flatMap((output) => output.link.sources);
}

describe("a source", () => {
  const resolved: readonly (readonly [string, JsonObject, string])[] = [
    ["t/out", { id: "t" }, "t/out"],
    ["t/out", {}, "t/out"],
    ["out", { id: "t" }, "out"],
    ["#t/t/out", { id: "t" }, "t/out"],
    ["#t/out", { id: "t" }, "out"],
    ["#t/out", {}, "t/out"],
    ["#out", {}, "out"],
    ["#main/t/out", { id: "#main" }, "t/out"],
    ["t.cwl#t/t/out", { id: "t" }, "t/out"],
  ];
  for (const [text, members, source] of resolved) {
    test(`"${text}" of a workflow ${JSON.stringify(members)} is ${source}`, () => {
      expect(sourcesOf(workflow(text, members))).toEqual([source]);
    });
  }

  const nowhere: readonly (readonly [string, JsonObject, string])[] = [
    ["nosuchstep/out", {}, 'did you mean "out" or "t/out"'],
    ["x/y/t/out", {}, 'did you mean "out" or "t/out"'],
    ["t/otu", {}, 'did you mean "t/out"'],
    ["#other/t/out", { id: "t" }, "wanted one of out, t/out"],
    ["something", {}, "wanted one of out, t/out"],
    ["t/", {}, "wanted one of out, t/out"],
  ];
  for (const [text, members, words] of nowhere) {
    test(`"${text}" of a workflow ${JSON.stringify(members)} is a fault that says what could be meant`, () => {
      expect(() => loadText(workflow(text, members), "t.cwl")).toThrow(words);
      expect(() => loadText(workflow([text], members), "t.cwl")).toThrow(Problem);
    });
  }

  test("of a step or a scatter is not guessed either", () => {
    const step = (members: JsonObject) =>
      workflow("t/out", {
        requirements: { ScatterFeatureRequirement: {} },
        inputs: { out: "File[]" },
        outputs: {},
        steps: { t: { run: { ...tool, inputs: { f: "File" } }, in: { f: "out" }, out: ["out"], ...members } },
      });
    expect(() => loadText(step({ scatter: "f" }), "t.cwl")).not.toThrow();
    expect(() => loadText(step({ scatter: "#main/t/f" }), "t.cwl")).not.toThrow();
    expect(() => loadText(step({ scatter: "other/f" }), "t.cwl")).toThrow('found "other/f", wanted one of f');
    expect(() => loadText(step({ scatter: "f", in: { f: "other/out" } }), "t.cwl")).toThrow("leads nowhere");
  });

  test("written with the id of its process means the same when packing gives that another one", async () => {
    const inner = workflow("#t/out", { id: "t" });
    const outer = JSON.stringify({
      cwlVersion: "v1.2",
      class: "Workflow",
      id: "t",
      requirements: { SubworkflowFeatureRequirement: {} },
      inputs: { f: "File" },
      outputs: { r: { type: "File", outputSource: "#t/inner/r" } },
      steps: { inner: { run: "inner.cwl", in: { out: "#t/f" }, out: ["r"] } },
    });
    const { cwl } = await packDocument("/p/t.cwl", async (path) => (path.endsWith("inner.cwl") ? inner : outer));
    const sources = [...cwl.processes.values()].flatMap((process) =>
      process.kind === "workflow" ? process.outputs.map((output) => output.link.sources[0]) : [],
    );
    expect(sources.toSorted()).toEqual(["inner/r", "out"]);
  });
});
