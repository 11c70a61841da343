import { expect, test } from "bun:test";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { Problem } from "../../../src/domain/problem.ts";

const notesOf = (text: string) => loadText(text, "p.cwl").cwl.notes;

const tool = (rest: string) => `cwlVersion: v1.2
class: CommandLineTool
baseCommand: echo
inputs: { style: string, size: int?, area: "File?" }
${rest.includes("outputs:") ? "" : "outputs: []\n"}${rest}
`;

test.each([
  [
    "arguments: [$(inputs.styel)]",
    'field "arguments[0]": found $(inputs.styel), and no input "styel"; did you mean "style"?',
  ],
  [
    "arguments: [--a=$(inputs.notes.path)-x]",
    'found $(inputs.notes.path), and no input "notes"; the inputs here are style, size, area',
  ],
  [
    "arguments: [{ valueFrom: \"$(inputs['siez'])\" }]",
    'field "arguments[0].valueFrom": found $(inputs[\'siez\']), and no input "siez"',
  ],
  [
    "stdout: $(inputs.aera.basename)",
    'field "stdout": found $(inputs.aera.basename), and no input "aera"; did you mean "area"?',
  ],
  ["stdin: $(inputs.aera.path)", 'field "stdin": found'],
  [
    "outputs: { o: { type: File, outputBinding: { glob: $(inputs.styl).txt } } }",
    'field "outputs.o.outputBinding.glob": found',
  ],
  ["outputs: { o: { type: int, outputBinding: { outputEval: $(inputs.siz) } } }", 'did you mean "size"?'],
  [
    "requirements: { EnvVarRequirement: { envDef: { A: $(inputs.styel) } } }",
    "requirements.EnvVarRequirement.envDef.A",
  ],
  ["requirements: { ResourceRequirement: { ramMin: $(inputs.ram) } }", 'no input "ram"'],
  ["requirements: { InitialWorkDirRequirement: { listing: [{ entry: $(inputs.aera) }] } }", 'did you mean "area"?'],
  [
    "requirements: { InlineJavascriptRequirement: {} }\narguments: [$(inputs.siez + 1)]",
    'found inputs.siez in JavaScript, and no input "siez"; did you mean "size"?',
  ],
  [
    "requirements: { InlineJavascriptRequirement: {} }\narguments: ['$" + "{ return inputs.siez * 2; }']",
    'no input "siez"',
  ],
])("an expression that names an input that is not there is noted where it stands: %s", (rest, told) => {
  const notes = notesOf(tool(rest));
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^p\.cwl:\d+:\d+: /);
  expect(notes[0]).toContain(told);
});

const script = (body: string) => `requirements: { InlineJavascriptRequirement: {} }\narguments: [ '${body}' ]`;

const block = (body: string) => script(`$\{${body}}`);

test.each([
  "arguments: [$(inputs.style), $(inputs.area.path), \"$(inputs['size'])\", $(runtime.cores), $(self)]",
  "arguments: ['\\$(inputs.styel)', 'inputs.styel', '$(inputs)']",
  script('$(inputs.hasOwnProperty("styel"))'),
  block(' return "inputs.styel"; '),
  block(" /* inputs.styel */ return 1; // inputs.other\n "),
  block(" var inputs = { styel: 1 }; return inputs.styel; "),
  script("$([{}].map(function (inputs) { return inputs.styel; }))"),
  script("$([{}].map((inputs) => inputs.styel))"),
  script("$(self.inputs.styel)"),
  block(" inputs.styel = 3; return 1; "),
])("what names no input, or one that is there, is not noted: %s", (rest) => {
  expect(notesOf(tool(rest))).toEqual([]);
});

test("an expression of a step sees what the step is given, and nothing else", () => {
  const workflow = (step: string) => `cwlVersion: v1.2
class: Workflow
requirements: { StepInputExpressionRequirement: {}, ResourceRequirement: { ramMin: $(inputs.n) } }
inputs: { count: int }
outputs: []
steps:
  one:
    ${step}
    out: []
    run: { class: CommandLineTool, baseCommand: echo, inputs: { n: int }, outputs: [], arguments: [$(inputs.n)] }
`;
  expect(notesOf(workflow("in: { n: count, extra: count }\n    when: $(inputs.extra)"))).toEqual([]);
  expect(notesOf(workflow("in: { n: count }\n    when: $(inputs.count)"))).toEqual([
    'p.cwl:9:5: field "steps.one.when": found $(inputs.count), and no input "count"; the inputs here are n',
  ]);
  const valued = notesOf(workflow("in: { n: { source: count, valueFrom: $(inputs.m) } }"));
  expect(valued).toEqual([expect.stringContaining('found $(inputs.m), and no input "m"; the inputs here are n')]);
});

test("each process of a graph is held against its own inputs, and a note is told once", () => {
  const notes = notesOf(`cwlVersion: v1.2
$graph:
  - { class: CommandLineTool, id: main, baseCommand: echo, inputs: { a: int }, outputs: [], arguments: [$(inputs.a)$(inputs.b)$(inputs.b)] }
  - { class: ExpressionTool, id: other, requirements: { InlineJavascriptRequirement: {} }, inputs: { b: int }, outputs: { o: int }, expression: "\${ return { o: inputs.a }; }" }
`);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain('field "arguments[0]": found $(inputs.b), and no input "b"');
  expect(notes[1]).toContain('field "expression": found inputs.a in JavaScript, and no input "a"');
});

function faultsOf(text: string): readonly string[] {
  try {
    loadText(text, "p.cwl");
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
}

test("in a document that has faults it is one of them, so that all are mended at once", () => {
  const found = faultsOf(tool("arguments: [$(inputs.styel), $(inputs.style)]\nbaseComand: x"));
  expect(found).toHaveLength(2);
  expect(found[0]).toContain('did you mean "baseCommand"?');
  expect(found[1]).toBe(
    'p.cwl:6:13: field "arguments[0]": found $(inputs.styel), and no input "styel"; did you mean "style"?',
  );
  // An input that is wrong is there all the same.
  const wrong = faultsOf(tool("arguments: [$(inputs.area.path)]").replace('"File?"', "nonsense"));
  expect(wrong).toEqual([expect.stringContaining('found type "nonsense"')]);
  const step = faultsOf(`cwlVersion: v1.2
class: Workflow
requirements: { StepInputExpressionRequirement: {} }
inputs: { count: int }
outputs: []
steps:
  one:
    in: { n: count, m: 5 }
    when: $(inputs.o)
    out: []
    run: { class: CommandLineTool, baseCommand: echo, inputs: { n: int }, outputs: [], arguments: [$(inputs.nn)] }
`);
  expect(step.map((one) => /found .*/.exec(one)?.[0])).toEqual([
    "found number 5, wanted the id of an input or step/output",
    'found $(inputs.nn), and no input "nn"; the inputs here are n',
    'found $(inputs.o), and no input "o"; the inputs here are n, m',
  ]);
});

test("inputs that cannot be read at all are one fault, and no more for each of their names", () => {
  const found = faultsOf(tool("arguments: [$(inputs.style)]").replace(/inputs: .*/, "inputs: 5"));
  expect(found).toEqual([expect.stringContaining('field "inputs": found number 5')]);
});
