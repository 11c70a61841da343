import { describe, expect, test } from "bun:test";
import { loadJson, loadText } from "../../../src/cwl/document/load/load.ts";
import { packDocument } from "../../../src/cwl/document/pack/pack.ts";

const tool = { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: "echo", inputs: {}, outputs: {} };

describe("a document that other programs read is read:", () => {
  test("a part that is imported by its id or name from the same document", () => {
    const type = { type: "record", name: "#types.yml/Stage", fields: { a: "int" } };
    const { cwl } = loadJson({
      cwlVersion: "v1.2",
      $graph: [
        { ...tool, id: "#main", inputs: { one: { type }, two: { type: { $import: "#types.yml/Stage" } } } },
        {
          ...tool,
          id: "#other",
          requirements: { SchemaDefRequirement: { types: [{ $import: "#types.yml/Stage" }] } },
          inputs: { three: "#types.yml/Stage" },
        },
      ],
    });
    const types = [...cwl.processes.values()].flatMap((process) => process.inputs.map((input) => input.type.kind));
    expect(types).toEqual(["record", "record", "record"]);
  });

  test("an import of nothing, and of itself, is a fault", () => {
    const importing = (id: string) => ({ ...tool, inputs: { a: { type: { $import: id } } } });
    expect(() => loadJson(importing("#nothing"))).toThrow("type");
    expect(() => loadJson({ ...importing("#me"), inputs: { a: { id: "me", type: { $import: "#me" } } } })).toThrow(
      "type",
    );
  });

  test("requirements and hints that are null", () => {
    expect(() =>
      loadText(
        "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: echo\nrequirements:\nhints:\ninputs: []\noutputs: []\n",
        "f.cwl",
      ),
    ).not.toThrow();
    expect(() => loadJson({ ...tool, requirements: { ShellCommandRequirement: null } })).not.toThrow();
  });

  test("$schemas that are not there, with a note", async () => {
    const text = JSON.stringify({
      ...tool,
      $schemas: ["missing.owl"],
      inputs: { f: { type: "File", format: "http://example.org/f" } },
    });
    const { cwl } = await packDocument("/p/tool.cwl", async (path) => {
      if (path.endsWith("missing.owl")) throw new Error("there is none");
      return text;
    });
    expect(cwl.notes).toEqual([expect.stringContaining('found "missing.owl", which cannot be read')]);
  });

  test("a tool without a command, whose image says what runs", () => {
    const { baseCommand: _, ...bare } = tool;
    expect(() => loadJson(bare)).toThrow("wanted a command to run");
    expect(() => loadJson({ ...bare, hints: { DockerRequirement: { dockerPull: "tool:1" } } })).not.toThrow();
  });

  test("a library of tools, of which each is checked", () => {
    const library = (second: object) =>
      JSON.stringify({
        cwlVersion: "v1.2",
        $graph: [
          { ...tool, id: "one" },
          { ...tool, id: "two", ...second },
        ],
      });
    expect(() => loadText(library({}), "f.cwl", { isLibrary: true })).not.toThrow();
    expect(() => loadText(library({}), "f.cwl")).toThrow('found no process "main", wanted one of one, two');
    expect(() => loadText(library({ inputs: { a: "strng" } }), "f.cwl", { isLibrary: true })).toThrow("strng");
  });
});
