import { expect, test } from "bun:test";
import { compareDefinitions, type ToolChange } from "../../../src/domain/comparison/tool-changes.ts";
import type { ProcessDefinition } from "../../../src/domain/processes/process.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";

const cwl = (document: JsonObject): ProcessDefinition => ({ kind: "cwl", document, main: "main" });
const tool: JsonObject = {
  class: "CommandLineTool",
  cwlVersion: "v1.2",
  id: "say",
  doc: "Says something.",
  baseCommand: ["echo", "-n"],
  hints: { DockerRequirement: { dockerPull: "debian:12" }, ResourceRequirement: { coresMin: 1 } },
  inputs: { text: { type: "string", inputBinding: { position: 1 } } },
  outputs: { said: { type: "File", outputBinding: { glob: "said.txt" } } },
  stdout: "said.txt",
};

function changesOf(members: JsonObject) {
  return compareDefinitions(cwl(tool), cwl({ ...tool, ...members }));
}

const rows: readonly (readonly [string, JsonObject, readonly ToolChange[]])[] = [
  ["nothing", {}, []],
  ["texts and names of its own", { doc: "Other.", label: "Say", id: "main", "s:author": "Ada" }, []],
  ["the command", { baseCommand: "printf" }, [{ what: "the command", was: "echo -n", is: "printf" }]],
  [
    "arguments",
    { arguments: ["a", { prefix: "--b", valueFrom: "$(inputs.text)" }] },
    [{ what: "the command", was: "echo -n", is: "echo -n a --b $(inputs.text)" }],
  ],
  [
    "words that a shell would read otherwise",
    { baseCommand: ["awk", "-F", ",", "NR>1 {s+=$2}"], arguments: ["it's", "", "--a=b:c/d", "$(inputs.text)"] },
    [{ what: "the command", was: "echo -n", is: `awk -F , 'NR>1 {s+=$2}' 'it'\\''s' '' --a=b:c/d $(inputs.text)` }],
  ],
  [
    "words that the package gives to a shell, and prefixes",
    {
      arguments: [
        { valueFrom: "| sort >x", shellQuote: false },
        { prefix: "-o", valueFrom: "a b", separate: false },
      ],
    },
    [{ what: "the command", was: "echo -n", is: "echo -n | sort >x '-oa b'" }],
  ],
  [
    "the image, as a list",
    {
      hints: [
        { class: "DockerRequirement", dockerPull: "debian:13" },
        { class: "ResourceRequirement", coresMin: 1 },
      ],
    },
    [{ what: "the image", was: "debian:12", is: "debian:13" }],
  ],
  [
    "an image that goes",
    { hints: { ResourceRequirement: { coresMin: 1 } } },
    [{ what: "the image", was: "debian:12" }],
  ],
  [
    "requirements",
    { requirements: [{ class: "ResourceRequirement", coresMin: 4 }, { class: "ShellCommandRequirement" }] },
    [
      { what: '"ResourceRequirement" at /coresMin', was: "1", is: "4" },
      { what: '"ShellCommandRequirement"', is: "new" },
    ],
  ],
  ["stdout", { stdout: "other.txt" }, [{ what: '"stdout"', was: "said.txt", is: "other.txt" }]],
  [
    "how an input reaches it",
    { inputs: { text: { type: "string", inputBinding: { prefix: "-t" } } } },
    [
      { what: 'how inputs reach the tool: "text" at /inputBinding/position', was: "1" },
      { what: 'how inputs reach the tool: "text" at /inputBinding/prefix', is: "-t" },
    ],
  ],
  [
    "where an output is found",
    { outputs: { said: { type: "File", outputBinding: { glob: "*.txt" } } } },
    [{ what: 'where outputs are found: "said" at /outputBinding/glob', was: "said.txt", is: "*.txt" }],
  ],
  ["an input more, which the description tells", { inputs: { ...Object(tool.inputs), more: "string?" } }, []],
];

test.each(rows)("a tool of which there changes %s", (_, members, changes) => {
  expect(changesOf(members)).toEqual([...changes]);
});

test("a command and a script are told whole, and what is too long is cut at the first place where it differs", () => {
  const scripted = (length: number, end: string) => ({
    arguments: ["x".repeat(length), end],
    requirements: {
      InitialWorkDirRequirement: { listing: [{ entryname: "run.sh", entry: "x ".repeat(length / 2) + end }] },
    },
  });
  const compare = (length: number) =>
    compareDefinitions(cwl({ ...tool, ...scripted(length, "y") }), cwl({ ...tool, ...scripted(length, "z") }));
  const [command, script, ...more] = compare(1000);
  expect([command?.was, command?.is]).toEqual([`echo -n ${"x".repeat(1000)} y`, `echo -n ${"x".repeat(1000)} z`]);
  expect([script?.was, script?.is]).toEqual([`${"x ".repeat(500)}y`, `${"x ".repeat(500)}z`]);
  expect(more).toEqual([]);
  for (const { was = "", is = "" } of compare(10_000)) {
    expect([was.slice(0, 1), was.length < 4100, is.length < 4100]).toEqual(["…", true, true]);
    expect([was, is].map((text) => /x (.) \(/.exec(text)?.[1])).toEqual(["y", "z"]);
  }
  expect(compare(10_000)).toHaveLength(2);
  const same = cwl({ ...tool, ...scripted(1000, "y") });
  expect(compareDefinitions(same, same)).toEqual([]);
});

test("tools of a workflow are told by their names, its steps, too", () => {
  const flow = (steps: JsonObject, others: readonly JsonObject[] = []) =>
    cwl({
      $graph: [{ class: "Workflow", id: "#main", inputs: {}, outputs: {}, steps }, { ...tool, id: "#say" }, ...others],
    });
  const one = { first: { run: "#say", in: {}, out: [] } };
  const before = flow(one);
  expect(compareDefinitions(before, flow(one))).toEqual([]);
  expect(compareDefinitions(before, flow({ first: { run: "#say", in: {}, out: [], when: "$(true)" } }))).toEqual([
    { tool: "main", what: "step first at /when", is: "$(true)" },
  ]);
  const inner = { second: { run: { ...tool, baseCommand: "cat" }, in: {}, out: [] } };
  expect(compareDefinitions(before, flow({ ...one, ...inner }))).toEqual([
    { tool: "main", what: "step second", is: "new" },
    { tool: "main/second", what: "it", is: "new" },
  ]);
  const other = flow({ second: { run: { ...tool, baseCommand: "tac" }, in: {}, out: [] } });
  expect(compareDefinitions(flow(inner), other)).toEqual([
    { tool: "main/second", what: "the command", was: "cat", is: "tac" },
  ]);
});

test("another server, another kind, and another deployed process of a step", () => {
  const remote: ProcessDefinition = { kind: "remote", type: "wps-1.0.0", url: "https://a", processId: "p" };
  expect(compareDefinitions(remote, { ...remote, url: "https://b" })).toEqual([
    { what: "the server", was: "https://a", is: "https://b" },
  ]);
  expect(compareDefinitions(remote, cwl(tool))).toEqual([
    { what: "what runs it", was: "a process of another server", is: "CWL" },
  ]);
  const pinned = (version: string) => ({
    ...({ kind: "cwl", document: tool, main: "main" } as const),
    runs: [{ step: "first", process: "p@sha256:1", version }],
  });
  expect(compareDefinitions(pinned("1"), pinned("2"))).toEqual([
    {
      what: "the process that step first runs",
      was: "p@sha256:1 (version 1)",
      is: "p@sha256:1 (version 2)",
    },
  ]);
});

test("a part that differs in many places tells some of them, and counts the others", () => {
  const listing = (text: string) => ({
    requirements: {
      InitialWorkDirRequirement: {
        listing: ["a", "b", "c", "d", "e", "f", "g"].map((entryname) => ({ entryname, entry: `${entryname} ${text}` })),
      },
    },
  });
  const changes = compareDefinitions(cwl({ ...tool, ...listing("old") }), cwl({ ...tool, ...listing("new") }));
  expect(changes).toHaveLength(6);
  const what = '"InitialWorkDirRequirement"';
  expect(changes.at(0)).toEqual({ what: `${what} at /listing/0/entry`, was: "a old", is: "a new" });
  expect(changes.at(-1)).toEqual({ what, more: 2 });
});
