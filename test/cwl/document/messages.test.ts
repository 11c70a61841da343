import { expect, test } from "bun:test";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { createHarness, runPackage, value } from "../harness.ts";

const head = "cwlVersion: v1.2\nclass: CommandLineTool\n";

async function failureOf(document: string, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  await using harness = await createHarness();
  const given = Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, value(text)]));
  const { failure } = await runPackage(harness, loadText(document, "p.cwl"), given);
  return failure?.message ?? "";
}

function faultOf(document: string): string {
  try {
    loadText(document, "p.cwl");
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

test("an output that is not there is told with its glob and what the directory has, the near names first", async () => {
  const tool = (outputs: string, script: string) =>
    `${head}baseCommand: [sh, -c, '${script}']\ninputs: []\noutputs: ${outputs}\n`;
  expect(
    await failureOf(tool("{ o: { type: File, outputBinding: { glob: result.txt } } }", "touch a.log reslt.txt")),
  ).toContain('nothing fits the glob "result.txt", the output directory has "reslt.txt", "a.log"');
  expect(await failureOf(tool("{ o: { type: File, outputBinding: { glob: '*.tif' } } }", "true"))).toContain(
    'nothing fits the glob "*.tif", the output directory has nothing in it',
  );
  const many = "for n in $(seq 30); do touch $n; done";
  expect(await failureOf(tool("{ o: { type: Directory, outputBinding: { glob: [x, y] } } }", many))).toMatch(
    /glob "x", "y", the output directory has "1", .*, and 10 more \(\/outputs\/o\/outputBinding\/glob\)$/,
  );
  expect(await failureOf(tool("{ out: File }", 'echo "{\\"uot\\": 1}" > cwl.output.json'))).toContain(
    'cwl.output.json has "uot"',
  );
});

test("a name that a reference does not find is told with the near ones, else with those that there are", async () => {
  const tool = (reference: string) =>
    `${head}baseCommand: echo\narguments: ['${reference}']\ninputs: { message: string }\noutputs: []\n`;
  const of = (reference: string) => failureOf(tool(reference), { message: "hi" });
  expect(await of("$(inputs.mesage)")).toContain('found nothing at "mesage", did you mean "message"?');
  expect(await of("$(inputs.other)")).toContain('found nothing at "other", wanted one of message');
  expect(await of("$(runtime.core)")).toContain('did you mean "cores"?');
  expect(await of("$(inputs.message.path)")).toContain('found nothing at "path", as it is "hi"');
});

test("a requirement that only newer versions have says so, a misspelt one what was meant, a draft what to do", () => {
  const tool = (version: string, requirements: string) =>
    `cwlVersion: ${version}\nclass: CommandLineTool\nbaseCommand: echo\nrequirements: ${requirements}\ninputs: []\noutputs: []\n`;
  expect(faultOf(tool("v1.0", "{ NetworkAccess: { networkAccess: true } }"))).toContain(
    'found requirement "NetworkAccess", which came with v1.1, in a document of v1.0: wanted cwlVersion: v1.1 or later',
  );
  for (const name of ["ToolTimeLimit", "WorkReuse", "LoadListingRequirement", "InplaceUpdateRequirement"]) {
    expect(faultOf(tool("v1.0", `[{ class: ${name} }]`))).toContain("which came with v1.1");
  }
  expect(faultOf(tool("v1.2", "{ DockerRequirment: { dockerPull: a } }"))).toContain(
    'did you mean "DockerRequirement"?',
  );
  expect(faultOf(tool("draft-3", "[]"))).toContain("cwl-upgrader");
  expect(faultOf(tool("sbg:draft-2", "[]"))).toContain("cwl-upgrader");
  expect(faultOf(tool("v1.1.0-dev1", "[]"))).toContain('"v1.1.0-dev1" became "v1.1"');
  expect(faultOf(tool("v2.0", "[]"))).toContain("wanted one of v1.0, v1.1, v1.2");
});
