import { expect, test } from "bun:test";
import { loadJson, loadText } from "../../../../src/cwl/document/load/load.ts";
import { Problem } from "../../../../src/domain/problem.ts";

/** The faults of a text, as "pointer: detail". */
function faultsOf(text: string): readonly string[] {
  try {
    loadText(text, "p.cwl");
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.kind).toBe("invalid-parameter-value");
    return error.faults.map((fault) => `${fault.pointer}: ${fault.detail}`);
  }
}

const tool = (more: string) => `cwlVersion: v1.2
class: CommandLineTool
baseCommand: echo
${more}`;

test("maps and lists of parameters are the same", () => {
  const map = loadText(tool("inputs: { a: string, b: { type: int?, default: 2 } }\noutputs: {}"), "p.cwl").cwl.main;
  const list = loadText(
    tool('inputs:\n  - { id: a, type: string }\n  - { id: b, type: ["null", int], default: 2 }\noutputs: []'),
    "p.cwl",
  ).cwl.main;
  expect(list).toEqual(map);
});

test("each fault has line, column, field, what was found and what was wanted", () => {
  const text = tool(`inputs:
  a: strng
  b:
    type: int
    inputBinding: { position: soon }
outputs: []
stdot: x
`);
  expect(faultsOf(text)).toEqual([
    'p.cwl:10:1: field "stdot": found an unknown field, did you mean "stdout" or "stdin"? Else wanted one of class, id, label, doc, inputs, outputs, requirements, hints, cwlVersion, intent, baseCommand, arguments, stdin, stdout, stderr, successCodes, temporaryFailCodes, permanentFailCodes',
    'p.cwl:5:3: field "inputs.a.type": found type "strng", wanted one of null, boolean, int, long, float, double, string, File, Directory, Any, with "[]" for a list and "?" for optional',
    'p.cwl:8:21: field "inputs.b.inputBinding.position": found string "soon", wanted an integer',
  ]);
});

test("documents without version, class or outputs are refused", () => {
  expect(faultsOf("class: CommandLineTool")).toEqual([
    'p.cwl:1:1: field "cwlVersion": found nothing, wanted one of v1.0, v1.1, v1.2',
  ]);
  expect(faultsOf("cwlVersion: v1.2\nclass: Tool")).toEqual([
    'p.cwl:2:1: field "class": found string "Tool", wanted CommandLineTool, ExpressionTool, Operation or Workflow',
  ]);
  expect(faultsOf(tool("inputs: []"))).toEqual([
    'p.cwl:1:1: field "outputs": found nothing, wanted a list or a map (it may be empty)',
  ]);
});

test("YAML that cannot be read names its line", () => {
  expect(faultsOf("a: [1, 2\nb: 3")[0]).toStartWith("p.cwl:2:");
  expect(faultsOf("a: 1\na: 2")[0]).toContain('p.cwl:2:1: found the key "a" twice');
  expect(faultsOf("just text")[0]).toBe('p.cwl:1:1: found string "just text", wanted an object');
});

test("a bomb of aliases, deep nesting and huge documents are refused", () => {
  const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)];
  expect(faultsOf(bomb.join("\n"))[0]).toContain("alias");
  for (const deep of [101, 5000, 50_000]) {
    const levels = "p.cwl: found more than 100 levels, wanted at most that";
    expect(faultsOf("[".repeat(deep) + "]".repeat(deep))).toEqual([levels]);
  }
  expect(faultsOf(`# ${"x".repeat(2 ** 20)}`)[0]).toContain("wanted at most");
});

test("an unknown requirement is refused and an unknown hint is noted", () => {
  const requirement = tool("inputs: []\noutputs: []\nrequirements:\n  ex:Weave: {}");
  expect(faultsOf(requirement)[0]).toStartWith(
    'p.cwl:7:3: field "requirements.ex:Weave": found requirement "ex:Weave"',
  );
  const hint = tool("inputs: []\noutputs: []\nhints:\n  ex:Weave: {}");
  expect(loadText(hint, "p.cwl").cwl.notes).toEqual(['p.cwl:7:3: hint "ex:Weave" is not supported and has no effect']);
});

test("JavaScript without its requirement is refused where it stands", () => {
  const script = "$" + "{ return 1; }";
  expect(faultsOf(tool(`inputs: []\noutputs: []\narguments:\n  - ${script}`))[0]).toStartWith(
    `p.cwl:7:5: field "arguments[0]": found JavaScript, wanted parameter references, or InlineJavascriptRequirement`,
  );
  const allowed = `inputs: []\noutputs: []\narguments:\n  - ${script}\nrequirements: [{ class: InlineJavascriptRequirement }]`;
  expect(faultsOf(tool(allowed))).toEqual([]);
});

test("a default must be of its type and may not name a file", () => {
  expect(faultsOf(tool("inputs:\n  n: { type: int, default: many }\noutputs: []"))[0]).toContain(
    'field "inputs.n.default": found string "many", wanted int',
  );
  const file = tool("inputs:\n  f: { type: File, default: { class: File, location: /etc/passwd } }\noutputs: []");
  expect(faultsOf(file)[0]).toContain('field "inputs.f.default.location": found location "/etc/passwd"');
});

const workflow = (steps: string, outputs = "outputs: []") => `cwlVersion: v1.2
class: Workflow
inputs: { text: string, file: File }
${outputs}
steps:
${steps}
`;
const echo = `run: { class: CommandLineTool, baseCommand: echo, inputs: { a: { type: string, inputBinding: {} } }, outputs: { o: stdout } }`;

test("links that lead nowhere are refused with what could be meant", () => {
  expect(faultsOf(workflow(`  one: { in: { a: txt }, out: [o], ${echo} }`))).toEqual([
    'p.cwl:6:16: field "steps.one.in.a.source": found source "txt", which leads nowhere, wanted one of text, file, one/o; did you mean "text"',
  ]);
  expect(faultsOf(workflow(`  one: { in: { a: text }, out: [p], ${echo} }`))).toEqual([
    'p.cwl:6:3: field "steps.one": found output "p", wanted one of o',
  ]);
});

test("links between types that never fit are refused", () => {
  expect(faultsOf(workflow(`  one: { in: { a: file }, out: [o], ${echo} }`))).toEqual([
    'p.cwl:6:16: field "steps.one.in.a": found File from file, wanted string',
  ]);
});

test("a required input of a step must be given", () => {
  expect(faultsOf(workflow(`  one: { in: {}, out: [o], ${echo} }`))).toEqual([
    'p.cwl:6:3: field "steps.one": found no source for input "a" of the step, wanted string',
  ]);
});

test("what is missing in one step is told beside what is wrong in another", () => {
  const missing = 'field "steps.two": found no source for input "a" of the step, wanted string';
  const two = `  two: { in: {}, out: [o], ${echo} }`;
  const places = (steps: string) => faultsOf(workflow(steps)).map((text) => text.slice(text.indexOf("field")));
  const wrong = [
    `  one: { in: { a: txt }, out: [o], ${echo} }`,
    `  one: { in: { a: text }, scatters: a, out: [o], ${echo} }`,
    `  one: { in: { a: text }, out: [o], run: { class: CommandLineTool, baseComand: echo, inputs: [], outputs: [] } }`,
  ];
  for (const one of wrong) {
    const found = places(`${one}\n${two}`);
    expect([found.length > 1, found.at(-1)]).toEqual([true, missing]);
  }
  // What could not be read is not called missing.
  for (const given of ["in: text", "in: [5]", "in: [{ source: text }]", "in: { a: { source: txt } }", "in: { a: 5 }"]) {
    const found = places(`  one: { ${given}, out: [o], ${echo} }`);
    expect(found.filter((text) => text.includes("no source for"))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  }
  const unread = echo.replace("type: string", "type: strng");
  expect(places(`  one: { in: {}, out: [o], ${unread} }`)).toHaveLength(1);
});

test("an unknown field is told with the names that are near it", () => {
  const near = (name: string) => faultsOf(tool(`inputs: []\noutputs: []\n${name}: x\n`)).join("\n");
  for (const [name, meant] of [
    ["baseComand", "baseCommand"],
    ["basecommand", "baseCommand"],
    ["argumnets", "arguments"],
    ["requirments", "requirements"],
    ["hint", "hints"],
    ["stdeer", "stderr"],
    ["sucessCodes", "successCodes"],
    ["lable", "label"],
  ] as const) {
    expect(near(name)).toContain(`field "${name}": found an unknown field, did you mean "${meant}"`);
  }
  expect(near("elsewhere")).toContain('field "elsewhere": found an unknown field, wanted one of class, ');
});

test("steps that wait for each other are refused", () => {
  const steps = `  one: { in: { a: { source: two/o, valueFrom: x } }, out: [o], ${echo} }
  two: { in: { a: { source: one/o, valueFrom: x } }, out: [o], ${echo} }`;
  expect(faultsOf(workflow(steps))[0]).toContain("found steps that wait for each other (one, two)");
});

test("a document knows the language of its version, and no later one", () => {
  const steps = `  one: { in: { a: text }, out: [o], when: $(true), ${echo} }`;
  expect(faultsOf(workflow(steps).replace("v1.2", "v1.1"))[0]).toContain(
    'field "steps.one.when": found an unknown field',
  );
});

test("a scatter names inputs of its step, and lists feed it", () => {
  const steps = `  one: { in: { a: text }, out: [o], scatter: [a, b], ${echo} }`;
  const faults = faultsOf(workflow(steps));
  expect(faults[0]).toContain('found "b", wanted one of a');
});

test("a step's file is refused: documents stand alone", () => {
  expect(faultsOf(workflow("  one: { in: [], out: [], run: other.cwl }"))[0]).toContain(
    'found "other.cwl", wanted a process of this document',
  );
});

const graph = (main: string) => `cwlVersion: v1.2
$graph:
  - id: "#say"
    class: CommandLineTool
    baseCommand: echo
    inputs: { "#say/a": { type: string, inputBinding: {} } }
    outputs: [{ id: "#say/o", type: stdout }]
  - id: "#${main}"
    class: Workflow
    inputs: [{ id: "#${main}/text", type: string }]
    outputs: [{ id: "#${main}/said", type: File, outputSource: "#${main}/one/o" }]
    steps:
      - { id: "#${main}/one", in: [{ id: "#${main}/one/a", source: "#${main}/text" }], out: ["#${main}/one/o"], run: "#say" }
`;

test("a graph with full identifiers is read, and its main is found", () => {
  const named = loadText(graph("main"), "p.cwl").cwl;
  expect(named.main.id).toBe("main");
  const root = loadText(graph("talk"), "p.cwl").cwl;
  expect(root.main.id).toBe("talk");
  if (root.main.kind !== "workflow") throw new Error("not a workflow");
  expect(root.main.steps[0]).toMatchObject({
    id: "one",
    run: "say",
    outputs: ["o"],
    inputs: [{ id: "a", link: { sources: ["text"] } }],
  });
  expect(loadText(graph("talk"), "p.cwl", { main: "say" }).cwl.main.kind).toBe("tool");
});

test("a document that runs itself is refused", () => {
  const text = `cwlVersion: v1.2
$graph:
  - { id: main, class: Workflow, inputs: [], outputs: [], steps: { again: { in: [], out: [], run: "#main" } } }
`;
  expect(faultsOf(text)[0]).toContain("found workflows that run themselves");
});

test("nested workflows that multiply are refused", () => {
  const level = (n: number) =>
    `  - { id: w${n}, class: Workflow, inputs: [], outputs: [], steps: { ${Array.from({ length: 10 }, (_, step) => `s${step}: { in: [], out: [], run: "#${n === 0 ? "t" : `w${n - 1}`}" }`).join(", ")} } }`;
  const levels = Array.from({ length: 9 }, (_, n) => level(n));
  const text = `cwlVersion: v1.2\n$graph:\n  - { id: t, class: CommandLineTool, baseCommand: "true", inputs: [], outputs: [] }\n${levels.join("\n")}\n`;
  expect(faultsOf(text)[0]).toContain("found 1000000000 tools to run, wanted at most 10000");
});

test("faults of a document that came as JSON have pointers", () => {
  try {
    loadJson(
      { cwlVersion: "v1.2", class: "CommandLineTool", inputs: { a: 5 }, outputs: [] },
      { prefix: "/executionUnit" },
    );
    throw new Error("it was accepted");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.faults[0]?.pointer).toBe("/executionUnit/inputs/a/type");
  }
});
