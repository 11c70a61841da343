import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { loadText } from "../../src/cwl/document/load/load.ts";
import { type CwlVersion, cwlVersions } from "../../src/cwl/document/schema.ts";
import type { FileValue } from "../../src/domain/values/values.ts";
import type { Task } from "../../src/executors/executor.ts";
import { createHarness, type Harness, plainOutputs, runPackage, value } from "./harness.ts";

async function fileIn(harness: Harness, name: string, text: string): Promise<FileValue> {
  const path = join(harness.directory, name);
  await Bun.write(path, text);
  return { kind: "file", path, basename: name, sizeBytes: text.length };
}

/** An ExpressionTool whose output is what its expression gives. */
const expressionTool = (version: CwlVersion, inputs: string, expression: string) =>
  `cwlVersion: ${version}
class: ExpressionTool
requirements: { InlineJavascriptRequirement: {} }
inputs: { ${inputs} }
outputs: { o: Any }
expression: "$({o: ${expression}})"
`;

const echo = (version: CwlVersion, more: string) => `cwlVersion: ${version}\nclass: CommandLineTool\n${more}`;

/** Loads an input's contents as its version writes it. */
const contentsInput: Readonly<Record<CwlVersion, string>> = {
  "v1.0": "f: { type: File, inputBinding: { loadContents: true } }",
  "v1.1": "f: { type: File, loadContents: true }",
  "v1.2": "f: { type: File, loadContents: true }",
};

describe("each version keeps its own rule:", () => {
  test("contents over 64 KiB are cut by v1.0 and v1.1, and a failure in v1.2", async () => {
    await using harness = await createHarness();
    const f = await fileIn(harness, "long.txt", "x".repeat(70_000));
    for (const version of cwlVersions) {
      const cwl = loadText(expressionTool(version, contentsInput[version], "inputs.f.contents.length"), "p.cwl");
      const { failure, outputs } = await runPackage(harness, cwl, { f }, version);
      if (version === "v1.2") expect(failure?.message).toContain("found more than 64 KiB");
      else expect([failure, plainOutputs(outputs).o]).toEqual([undefined, 65_536]);
    }
  });

  test("an expression is text after a backslash, of two backslashes one is left, before all else one stays", async () => {
    await using harness = await createHarness();
    const said: Record<string, unknown> = {};
    for (const version of cwlVersions) {
      const tool = echo(
        version,
        `baseCommand: [printf, "%s %s %s %s %s %s"]
inputs: { name: { type: string, default: Ada } }
arguments: ['\\$(inputs.name)', 'a\\b$(inputs.name)', 'a\\\\b$(inputs.name)', '\\\\$(inputs.name)', '\\n\\\\', '$(inputs.name)\\n']
outputs: { o: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: "$(self[0].contents)" } } }
stdout: o
`,
      );
      const { failure, outputs } = await runPackage(harness, loadText(tool, "p.cwl"), {}, version);
      expect(failure).toBeUndefined();
      said[version] = plainOutputs(outputs).o;
    }
    const all = "$(inputs.name) a\\bAda a\\bAda \\Ada \\n\\\\ Ada\\n";
    expect(said).toEqual({ "v1.0": all, "v1.1": all, "v1.2": all });
  });

  test("the network is there by default in v1.0 only, and NetworkAccess decides from v1.1 on", async () => {
    const tasks = new Map<string, Task>();
    await using harness = await createHarness({
      executor: (real) => ({
        ...real,
        submit: (task, signal) => {
          tasks.set(task.key.executionId, task);
          return real.submit(task, signal);
        },
      }),
    });
    const tool = (version: CwlVersion, more = "") =>
      loadText(echo(version, `baseCommand: "true"\ninputs: []\noutputs: []\n${more}`), "p.cwl");
    for (const version of cwlVersions) await runPackage(harness, tool(version), {}, version);
    const asked = "requirements: { NetworkAccess: { networkAccess: true } }\n";
    await runPackage(harness, tool("v1.1", asked), {}, "asked");
    const found = [...tasks].map(([id, task]) => [id, task.view?.hasNetwork]);
    expect(Object.fromEntries(found)).toEqual({ "v1.0": true, "v1.1": false, "v1.2": false, asked: true });
  });

  test("directories are listed by default in v1.0 only, deeply", async () => {
    await using harness = await createHarness({ allowsLocalFiles: true });
    const directory = join(harness.directory, "outer");
    await mkdir(join(directory, "inner"), { recursive: true });
    await Bun.write(join(directory, "inner", "file.txt"), "");
    const listed = "inputs.d.listing ? inputs.d.listing[0].listing[0].basename : null";
    const d = value({ class: "Directory", path: directory });
    for (const version of cwlVersions) {
      const cwl = loadText(expressionTool(version, "d: Directory", listed), "p.cwl");
      const { failure, outputs } = await runPackage(harness, cwl, { d }, version);
      expect(failure).toBeUndefined();
      expect(plainOutputs(outputs).o ?? null).toBe(version === "v1.0" ? "file.txt" : null);
    }
  });

  test("a question mark makes a secondary file optional from v1.1 on, before it is a part of the name", async () => {
    await using harness = await createHarness();
    const f = await fileIn(harness, "data.txt", "");
    for (const version of cwlVersions) {
      const more = 'baseCommand: "true"\ninputs: { f: { type: File, secondaryFiles: [".idx?"] } }\noutputs: []\n';
      const { failure } = await runPackage(harness, loadText(echo(version, more), "p.cwl"), { f }, version);
      if (version === "v1.0") expect(failure?.message).toContain("data.txt.idx?");
      else expect(failure).toBeUndefined();
    }
  });

  test("secondary files are objects from v1.1 on", () => {
    const more =
      'baseCommand: "true"\ninputs: { f: { type: File, secondaryFiles: [{ pattern: .idx }] } }\noutputs: []\n';
    expect(() => loadText(echo("v1.0", more), "p.cwl")).toThrow("wanted a string");
    for (const version of ["v1.1", "v1.2"] as const) expect(loadText(echo(version, more), "p.cwl")).toBeDefined();
  });

  test("what a later version added is refused: in inputs, types, steps and requirements", () => {
    const tool = (version: CwlVersion, input: string, more = "") =>
      loadText(echo(version, `baseCommand: "true"\ninputs: { f: ${input} }\noutputs: []\n${more}`), "p.cwl");
    const loaded = "{ type: File, loadContents: true }";
    const network = "requirements: { NetworkAccess: { networkAccess: true } }\n";
    expect(() => tool("v1.0", loaded)).toThrow("loadContents");
    expect(() => tool("v1.0", "stdin")).toThrow("stdin");
    expect(() => tool("v1.0", "File", network)).toThrow("NetworkAccess");
    expect([tool("v1.1", loaded), tool("v1.1", "stdin"), tool("v1.1", "File", network)]).toHaveLength(3);
  });
});

test("in one workflow each process keeps the rules of its own version", async () => {
  await using harness = await createHarness();
  const f = await fileIn(harness, "long.txt", "x".repeat(70_000));
  const step = (version: CwlVersion) =>
    `{ in: { f: f }, out: [o], run: ${JSON.stringify({
      cwlVersion: version,
      class: "ExpressionTool",
      requirements: { InlineJavascriptRequirement: {} },
      inputs: {
        f:
          version === "v1.0"
            ? { type: "File", inputBinding: { loadContents: true } }
            : { type: "File", loadContents: true },
      },
      outputs: { o: "int" },
      expression: "$({o: inputs.f.contents.length})",
    })} }`;
  const workflow = (last: CwlVersion) =>
    loadText(
      `cwlVersion: v1.2
class: Workflow
inputs: { f: File }
outputs: { old: { type: int, outputSource: old/o }, new: { type: int, outputSource: new/o } }
steps:
  old: ${step("v1.0")}
  new: ${step(last)}
`,
      "w.cwl",
    );
  const mild = await runPackage(harness, workflow("v1.1"), { f }, "mild");
  expect([mild.failure, plainOutputs(mild.outputs)]).toEqual([undefined, { old: 65_536, new: 65_536 }]);
  const strict = await runPackage(harness, workflow("v1.2"), { f }, "strict");
  expect(strict.failure).toMatchObject({ step: "new" });
  expect(strict.failure?.message).toContain("found more than 64 KiB");
});

test("what only describes a process is read and changes nothing", async () => {
  await using harness = await createHarness();
  const tool = `intent: [https://example.org/ontology/copies]
hints:
  SoftwareRequirement: { packages: { cat: { version: ["9.1"], specs: [https://example.org/cat] } } }
baseCommand: cat
inputs: { f: { type: File, streamable: true, inputBinding: {} } }
outputs: { o: { type: string, streamable: false, outputBinding: { glob: o, loadContents: true, outputEval: "$(self[0].contents)" } } }
stdout: o
`;
  const cwl = loadText(echo("v1.2", tool), "p.cwl");
  expect(cwl.cwl.notes).toEqual([
    expect.stringContaining("the software cat is taken from the machine or the image; nothing installs it"),
  ]);
  const { failure, outputs } = await runPackage(harness, cwl, { f: await fileIn(harness, "f", "text") });
  expect([failure, plainOutputs(outputs)]).toEqual([undefined, { o: "text" }]);
});
