import { expect, test } from "bun:test";
import { loadJson } from "../../../src/cwl/document/load/load.ts";
import { buildCommandLine, compareKeys, shellLine } from "../../../src/cwl/tool/command-line.ts";
import { fullText } from "../../../src/domain/values/exact-number.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";

/** The command line of a tool with these inputs. */
function lineOf(tool: JsonObject, inputs: JsonObject): readonly string[] {
  return argumentsOf(tool, inputs).map((argument) => argument.text);
}

function argumentsOf(tool: JsonObject, inputs: JsonObject) {
  const { main } = loadJson({ cwlVersion: "v1.2", class: "CommandLineTool", outputs: [], ...tool }).cwl;
  if (main.kind !== "tool") throw new Error("not a tool");
  return buildCommandLine(main, { inputs, self: null, runtime: { cores: 3 }, version: "v1.2" });
}

test("arguments and inputs are ordered by position, then arguments before inputs, then names", () => {
  const tool = {
    baseCommand: ["run", "it"],
    arguments: ["first", { valueFrom: "last", position: 9 }, { valueFrom: "$(runtime.cores)", prefix: "-c" }],
    inputs: {
      zebra: { type: "string", inputBinding: { position: 1 } },
      apple: { type: "string", inputBinding: { position: 1 } },
      early: { type: "string", inputBinding: { position: -1 } },
      plain: { type: "string", inputBinding: {} },
      unbound: "string",
    },
  };
  const inputs = { zebra: "z", apple: "a", early: "e", plain: "p", unbound: "u" };
  expect(lineOf(tool, inputs)).toEqual(["run", "it", "e", "first", "-c", "3", "p", "a", "z", "last"]);
});

test("prefixes stand apart from values unless separate is false", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      a: { type: "int", inputBinding: { prefix: "-a" } },
      b: { type: "int", inputBinding: { prefix: "-b=", separate: false } },
    },
  };
  expect(lineOf(tool, { a: 1, b: 2 })).toEqual(["x", "-a", "1", "-b=2"]);
});

test("booleans add their prefix or nothing, and absent values add nothing", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      no: { type: "boolean", inputBinding: { prefix: "--no" } },
      none: { type: "string?", inputBinding: { prefix: "--none", valueFrom: "never" } },
      yes: { type: "boolean", inputBinding: { prefix: "--yes" } },
    },
  };
  expect(lineOf(tool, { yes: true, no: false, none: null })).toEqual(["x", "--yes"]);
});

test("lists are joined by itemSeparator, or follow their prefix one by one", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      joined: { type: "int[]", inputBinding: { prefix: "-j", itemSeparator: ",", position: 1 } },
      tight: { type: "int[]", inputBinding: { prefix: "-t", itemSeparator: ",", separate: false, position: 2 } },
      apart: { type: "string[]", inputBinding: { prefix: "-s", position: 3 } },
      empty: { type: "string[]", inputBinding: { prefix: "-e", position: 4 } },
    },
  };
  const inputs = { joined: [1, 2], tight: [3, 4], apart: ["a", "b"], empty: [] };
  expect(lineOf(tool, inputs)).toEqual(["x", "-j", "1,2", "-t3,4", "-s", "a", "b"]);
});

test("a binding of the item type is repeated for each item", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      each: { type: { type: "array", items: "string", inputBinding: { prefix: "-i" } }, inputBinding: { position: 1 } },
      last: { type: "string", inputBinding: { position: 2 } },
    },
  };
  expect(lineOf(tool, { each: ["a", "b"], last: "z" })).toEqual(["x", "-i", "a", "-i", "b", "z"]);
});

test("fields of a record are bound by their own bindings", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      pair: {
        type: {
          type: "record",
          fields: {
            right: { type: "string", inputBinding: { prefix: "-r" } },
            left: { type: "string", inputBinding: { prefix: "-l", position: -1 } },
          },
        },
      },
    },
  };
  expect(lineOf(tool, { pair: { right: "R", left: "L" } })).toEqual(["x", "-l", "L", "-r", "R"]);
});

test("files are their paths, and valueFrom sees the value as self", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      file: { type: "File", inputBinding: { position: 1 } },
      name: { type: "File", inputBinding: { position: 2, valueFrom: "$(self.nameroot).out" } },
    },
  };
  const file = { class: "File", path: "/data/a.csv", basename: "a.csv", nameroot: "a" };
  expect(lineOf(tool, { file, name: file })).toEqual(["x", "/data/a.csv", "a.out"]);
});

test("position may be a reference", () => {
  const tool = {
    baseCommand: "x",
    inputs: {
      n: "int",
      a: { type: "string", inputBinding: { position: "$(inputs.n)" } },
      b: { type: "string", inputBinding: { position: 2 } },
    },
  };
  expect(lineOf(tool, { n: 5, a: "a", b: "b" })).toEqual(["x", "b", "a"]);
});

test("numbers are never written with an exponent", () => {
  const cases: readonly (readonly [number, string])[] = [
    [1e21, "1000000000000000000000"],
    [-1.5e-9, "-0.0000000015"],
    [1.25e22, "12500000000000000000000"],
    [3.5, "3.5"],
    [1.0, "1"],
    [123456789012345680000, "123456789012345680000"],
  ];
  for (const [number, text] of cases) expect(fullText(number)).toBe(text);
});

test("a shell line quotes what is to be quoted", () => {
  const line = argumentsOf(
    {
      requirements: { ShellCommandRequirement: {} },
      baseCommand: "echo",
      arguments: ["it's", { valueFrom: "| wc -c", shellQuote: false }],
      inputs: [],
    },
    {},
  );
  expect(shellLine(line)).toBe("'echo' 'it'\\''s' | wc -c");
});

test("keys compare numbers before strings and shorter ones first", () => {
  expect([["a"], [1], [0, "b"], [0], [0, 1]].toSorted(compareKeys)).toEqual([[0], [0, 1], [0, "b"], [1], ["a"]]);
});
