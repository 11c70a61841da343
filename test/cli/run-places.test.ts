import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { runExecutable } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;

beforeAll(async () => {
  folder = await temporaryDirectory();
  await Bun.write(join(folder.path, "large"), "x".repeat(70_000));
  await Bun.write(join(folder.path, "small.txt"), "small\n");
});

afterAll(() => folder[Symbol.asyncDispose]());

const js = "requirements: { InlineJavascriptRequirement: {} }\n";

/** A tool; `more` begins in line 8. */
function tool(more: string, requirements = "requirements: {}\n"): string {
  return `cwlVersion: v1.2
class: CommandLineTool
baseCommand: echo
inputs:
  message: { type: string, default: hi }
  f: { type: File?, loadContents: true }
${requirements}${more}`;
}

const outputs = "outputs: []\n";

/** A workflow; `step` begins in line 11. */
function workflow(step: string, requirements = ""): string {
  return `cwlVersion: v1.2
class: Workflow
requirements:
  InlineJavascriptRequirement: {}
  ScatterFeatureRequirement: {}
  StepInputExpressionRequirement: {}
  MultipleInputFeatureRequirement: {}
inputs: { l: { type: 'string[]', default: [a, b] }, m: { type: 'string[]', default: [a] }, n: int? }
outputs: { o: { type: 'Any?', outputSource: s/o } }
steps:
${step}${requirements}`;
}

const run =
  "    run: { class: CommandLineTool, baseCommand: echo, inputs: { a: Any?, b: Any? }, outputs: { o: stdout } }\n    out: [o]\n";

/** A package, words after it, and what the message says: what is wrong, then the place. */
const kinds: Readonly<Record<string, readonly [string, readonly string[], readonly string[]]>> = {
  "a glob that fits nothing": [
    tool("outputs:\n  o:\n    type: File\n    outputBinding:\n      glob: '*.txt'\nstdout: other.text\n"),
    [],
    [
      'nothing fits the glob "*.txt", the output directory has "other.text"',
      'tool.cwl:12:7, field "outputs.o.outputBinding.glob"',
    ],
  ],
  "a name in a glob": [
    tool("outputs:\n  o:\n    type: File\n    outputBinding:\n      glob: $(inputs.mesage)\n"),
    [],
    ['$(inputs.mesage): found nothing at "mesage", did you mean "message"?', "tool.cwl:12:7"],
  ],
  "an outputEval that throws": [
    tool(
      `outputs:\n  o:\n    type: int\n    outputBinding:\n      outputEval: \${ return inputs.mesage.length; }\n`,
      js,
    ),
    [],
    [
      "it threw TypeError",
      'inputs has no "mesage", did you mean "message"?',
      'tool.cwl:12:7, field "outputs.o.outputBinding.outputEval"',
    ],
  ],
  "an output of another type": [
    tool("outputs:\n  o:\n    type: int\n    outputBinding:\n      outputEval: $(inputs.message)\n"),
    [],
    ['found string "hi", wanted int', "tool.cwl:12:7"],
  ],
  "a name in arguments": [
    tool(`arguments:\n  - plain\n  - $(inputs.mesage)\n${outputs}`),
    [],
    ['did you mean "message"?', 'tool.cwl:10:5, field "arguments[1]"'],
  ],
  "a name in a valueFrom": [
    tool(`arguments:\n  - valueFrom: $(inputs.mesage)\n${outputs}`),
    [],
    ['did you mean "message"?', "tool.cwl:9:5"],
  ],
  "a name in stdin": [
    tool(`stdin: $(inputs.mesage)\n${outputs}`),
    [],
    ['did you mean "message"?', 'tool.cwl:8:1, field "stdin"'],
  ],
  "a name in stdout": [tool(`stdout: $(inputs.mesage)\n${outputs}`), [], ["tool.cwl:8:1"]],
  "a name in a working directory": [
    tool(
      outputs,
      "hints:\n  InitialWorkDirRequirement:\n    listing:\n      - { entryname: a, entry: $(inputs.mesage) }\n",
    ),
    [],
    ['did you mean "message"?', 'tool.cwl:9:5, field "hints.InitialWorkDirRequirement.listing"'],
  ],
  "a name in an environment": [
    tool(outputs, "requirements:\n  - class: EnvVarRequirement\n    envDef: { A: $(inputs.mesage) }\n"),
    [],
    ["tool.cwl:8:5"],
  ],
  "a name in resources": [
    tool(outputs, "requirements:\n  ResourceRequirement: { coresMin: $(inputs.mesage) }\n"),
    [],
    ["tool.cwl:8:3"],
  ],
  "an exit code": [
    tool(outputs).replace("echo", "'false'"),
    [],
    ["found exit code 1", 'tool.cwl:3:1, field "baseCommand"'],
  ],
  "a program that is not there": [
    tool(outputs).replace("echo", "no-such"),
    [],
    ['found no program "no-such"', "tool.cwl:3:1"],
  ],
  "contents over 64 KiB": [
    tool(outputs),
    ["--f", "large"],
    ["more than 64 KiB", "tool.cwl:6:3", 'field "inputs.f"', "given at --f"],
  ],
  "a secondary file that is missing": [
    tool(outputs).replace("loadContents: true", "secondaryFiles: .idx"),
    ["job.yml"],
    ['found no file "small.txt.idx" beside "small.txt"', "tool.cwl:6:3", "given at job.yml:2:1"],
  ],
  "lists of different lengths": [
    workflow(`  s:\n    in: { a: l, b: m }\n    scatter: [a, b]\n    scatterMethod: dotproduct\n${run}`),
    [],
    ["found lists of 2, 1 items", 'tool.cwl:13:5, field "steps.s.scatter"'],
  ],
  "a condition that is no boolean": [
    workflow(`  s:\n    in: { a: l }\n    when: $(inputs.a.length)\n${run}`),
    [],
    ["found 2, wanted true or false", 'tool.cwl:13:5, field "steps.s.when"'],
  ],
  "a name in a step's valueFrom": [
    workflow(`  s:\n    in:\n      a: { source: l, valueFrom: '$(inputs.aa.b)' }\n${run}`),
    [],
    ['found nothing at "aa", wanted one of a', 'tool.cwl:13:23, field "steps.s.in.a.valueFrom"'],
  ],
  "a shard's valueFrom": [
    workflow(`  s:\n    scatter: a\n    in:\n      a: { source: l, valueFrom: '$(inputs.aa.b)' }\n${run}`),
    [],
    ['found nothing at "aa"', "tool.cwl:14:23"],
  ],
  "a pick of nothing": [
    workflow(`  s:\n    in:\n      a: { source: [n, n], pickValue: first_non_null }\n${run}`),
    [],
    ["found only null", "tool.cwl:13:7"],
  ],
  "a step in a workflow": [
    workflow(
      `  s:\n    in: { a: l }\n    out: [o]\n    run:\n      class: CommandLineTool\n      baseCommand: echo\n      inputs: { a: Any }\n      outputs: { o: stdout }\n      stdout: $(inputs.b.c)\n`,
    ),
    [],
    ['found nothing at "b", wanted one of a', 'tool.cwl:19:7, field "stdout"'],
  ],
  "an expression of an ExpressionTool": [
    `cwlVersion: v1.2\nclass: ExpressionTool\n${js}inputs: { n: int? }\noutputs: { o: int }\nexpression: |\n  \${ return { o: inputs.m.n }; }\n`,
    [],
    ['inputs has no "m"', 'tool.cwl:6:1, field "expression"'],
  ],
  "an output of an ExpressionTool": [
    `cwlVersion: v1.2\nclass: ExpressionTool\n${js}inputs: []\noutputs:\n  o: int\nexpression: |\n  \${ return { o: "x" }; }\n`,
    [],
    ['found string "x", wanted int', 'tool.cwl:6:3, field "outputs.o"'],
  ],
};

for (const [kind, [text, words, wanted]] of Object.entries(kinds)) {
  test(`a failure is told with file, line and field: ${kind}`, async () => {
    await Bun.write(join(folder.path, "tool.cwl"), text);
    await Bun.write(join(folder.path, "job.yml"), "message: m\nf: { class: File, location: small.txt }\n");
    const ran = await runExecutable(["run", "--quiet", "tool.cwl", ...words], {
      cwd: folder.path,
      environment: { PATH: "/usr/bin:/bin" },
    });
    expect([ran.exitCode, ran.out]).toEqual([6, ""]);
    for (const part of wanted) expect(ran.talk).toContain(part);
    expect(ran.talk.match(/tool\.cwl:\d/g)).toHaveLength(1);
  });
}

test("a step of a file of its own is told with that file", async () => {
  await Bun.write(join(folder.path, "steps", "inner.cwl"), tool("stdout: $(inputs.mesage)\noutputs: { o: stdout }\n"));
  await Bun.write(
    join(folder.path, "outer.cwl"),
    workflow("  s:\n    in: []\n    run: steps/inner.cwl\n    out: [o]\n").replace("inputs: {", "inputs: { x: int?,"),
  );
  const ran = await runExecutable(["run", "--quiet", "outer.cwl"], { cwd: folder.path });
  expect(ran.talk).toContain('(steps/inner.cwl:8:1, field "stdout")');
});

test("a name that gives nothing in a script is a warning with the near name", async () => {
  await Bun.write(join(folder.path, "tool.cwl"), tool(`arguments: [ $(inputs.mesage), $(1 + 1) ]\n${outputs}`, js));
  const ran = await runExecutable(["run", "tool.cwl"], { cwd: folder.path });
  expect(ran.exitCode).toBe(0);
  expect(ran.talk).toContain(
    'Warning: $(inputs.mesage) is null, as it found nothing at "mesage", did you mean "message"?',
  );
});
