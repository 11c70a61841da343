import { expect, test } from "bun:test";
import { join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { createHarness, plainOutputs, runPackage, textOf, value } from "../harness.ts";

/** Every expression of the tool takes longer than the server may be held up. */
const slowTool = `
class: CommandLineTool
requirements:
  InlineJavascriptRequirement:
    expressionLib: ["function slow(value) { var end = Date.now() + 60; while (Date.now() < end); return value; }"]
  InitialWorkDirRequirement:
    listing:
      - { entryname: "$(slow('note.txt'))", entry: "$(slow('a note'))" }
  EnvVarRequirement: { envDef: { GREETING: "$(slow('hello'))" } }
  ResourceRequirement: { coresMin: "$(slow(1))" }
  ToolTimeLimit: { timelimit: "$(slow(60))" }
  WorkReuse: { enableReuse: "$(slow(false))" }
  NetworkAccess: { networkAccess: "$(slow(false))" }
baseCommand: [sh, -c, 'echo "$GREETING $0 $1 $2 $(cat note.txt)"; touch o.txt o.txt.idx']
arguments: [{ position: "$(slow(1))", valueFrom: "$(slow('first'))" }]
inputs:
  n: { type: int, inputBinding: { position: "$(slow(2))", valueFrom: "$(slow(self + 1))" } }
  text: { type: string, inputBinding: { position: 3 } }
stdout: $(slow('said.txt'))
outputs:
  said: { type: string, outputBinding: { glob: "$(slow('said.txt'))", loadContents: true, outputEval: "$(slow(self[0].contents))" } }
  file:
    type: File
    format: $(slow('https://www.iana.org/assignments/media-types/text/plain'))
    secondaryFiles: [{ pattern: "$(slow(self.basename + '.idx'))", required: "$(slow(true))" }]
    outputBinding: { glob: o.txt }
`;

const indented = slowTool.replaceAll("\n", "\n      ");

test("long expressions give a tool what short ones would, wherever they stand", async () => {
  await using harness = await createHarness();
  const cwl = loadText(`cwlVersion: v1.2${slowTool}`, "slow.cwl");
  const { failure, outputs } = await runPackage(harness, cwl, { n: value(3), text: value("last") });
  expect(failure).toBeUndefined();
  expect(plainOutputs(outputs)).toEqual({ said: "hello first 4 last a note\n" });
  expect(await textOf(outputs, "file")).toBe("");
  expect(outputs.file).toMatchObject({ mediaType: "text/plain", secondaryFiles: [{ basename: "o.txt.idx" }] });
}, 30_000);

test("long expressions of a workflow decide and compute as short ones would, for each shard once", async () => {
  await using harness = await createHarness({ allowsLocalFiles: true });
  const trace = join(harness.directory, "trace");
  const cwl = loadText(
    `
cwlVersion: v1.2
class: Workflow
requirements:
  InlineJavascriptRequirement:
    expressionLib: ["function slow(value) { var end = Date.now() + 60; while (Date.now() < end); return value; }"]
  ScatterFeatureRequirement: {}
  StepInputExpressionRequirement: {}
inputs: { n: "int[]", trace: string }
outputs: { said: { type: Any, outputSource: s/said }, sums: { type: Any, outputSource: sum/o } }
steps:
  s:
    scatter: n
    when: $(slow(inputs.n != 2))
    in: { n: n, trace: trace, text: { valueFrom: "$(slow('n' + inputs.n))" } }
    out: [said]
    run:${indented.replace("touch o.txt", `echo "$2" >>"${trace}"; touch o.txt`)}
  sum:
    scatter: n
    in: { n: n }
    out: [o]
    run:
      class: ExpressionTool
      inputs: { n: int }
      outputs: { o: int }
      expression: "$({o: slow(inputs.n * 2)})"
`,
    "slow-workflow.cwl",
  );
  const { failure, outputs } = await runPackage(harness, cwl, { n: value([1, 2, 3]), trace: value(trace) });
  expect(failure).toBeUndefined();
  expect(plainOutputs(outputs)).toEqual({
    said: ["hello first 2 n1 a note\n", null, "hello first 4 n3 a note\n"],
    sums: [2, 4, 6],
  });
  expect((await Bun.file(trace).text()).split("\n").toSorted()).toEqual(["", "n1", "n3"]);
}, 30_000);
