import { expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { loadJson } from "../../../../src/cwl/document/load/load.ts";
import { packageReader, packDocument } from "../../../../src/cwl/document/pack/pack.ts";
import { Problem } from "../../../../src/domain/problem.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const example = join(import.meta.dir, "../../../../examples/climate");

async function faultsOf(files: Readonly<Record<string, string>>, main = "main.cwl"): Promise<readonly string[]> {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, "package"));
  for (const [name, text] of Object.entries(files)) await Bun.write(join(directory.path, name), text);
  const root = join(directory.path, "package");
  try {
    await packDocument(join(root, main), packageReader(root));
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.faults.map((fault) => `${fault.pointer}: ${fault.detail}`);
  }
}

const workflow = (run: string) => `cwlVersion: v1.2
class: Workflow
inputs: []
outputs: []
steps:
  one:
    in: []
    out: []
    run: ${run}
`;

test("a package is packed into one document that stands alone, the same each time", async () => {
  const pack = () => packDocument(join(example, "climate.cwl"), packageReader(example));
  const { document, cwl } = await pack();
  expect(cwl.main.id).toBe("climate");
  expect([...cwl.processes.keys()]).toEqual(["climate", "clean", "monthly", "chart", "summarise"]);
  expect(loadJson(document).cwl.main).toEqual(cwl.main);
  expect(JSON.stringify((await pack()).document)).toBe(JSON.stringify(document));
  expect(JSON.stringify(document)).toContain("Reads observations with named columns");
});

test("a fault in a file that is run names that file and its line", async () => {
  const files = {
    "package/main.cwl": workflow("tools/t.cwl"),
    "package/tools/t.cwl":
      "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\ninputs:\n  a: nothing\noutputs: []\n",
  };
  const faults = await faultsOf(files);
  expect(faults[0]).toStartWith('tools/t.cwl:5:3: field "inputs.a.type": found type "nothing"');
});

test("a file that is missing is told where it is named", async () => {
  const faults = await faultsOf({ "package/main.cwl": workflow("gone.cwl") });
  expect(faults[0]).toStartWith('main.cwl:9:5: found "gone.cwl", which cannot be read');
});

test("a package reads no file outside its directory, also not through a symlink", async () => {
  const outside = { "package/main.cwl": workflow("../secret.cwl"), "secret.cwl": "class: CommandLineTool" };
  expect((await faultsOf(outside))[0]).toContain("lies outside of the package directory");
  await using directory = await temporaryDirectory();
  await symlink("/etc/hostname", join(directory.path, "inner.cwl"));
  const inner = join(directory.path, "inner.cwl");
  await expect(packageReader(directory.path)(inner, "text")).rejects.toThrow("lies outside");
});

test("a file that runs itself and files that import each other are refused", async () => {
  expect((await faultsOf({ "package/main.cwl": workflow("main.cwl") }))[0]).toContain("run themselves");
  const circle = {
    "package/main.cwl": "cwlVersion: v1.2\nclass: Workflow\ninputs: { $import: main.cwl }\noutputs: []\nsteps: []\n",
  };
  expect((await faultsOf(circle))[0]).toContain("import each other");
});

test("processes of one name in two files get ids of their own", async () => {
  await using directory = await temporaryDirectory();
  const tool = (word: string) =>
    `cwlVersion: v1.2\nclass: CommandLineTool\nid: say\nbaseCommand: [echo, ${word}]\ninputs: []\noutputs: []\n`;
  await Bun.write(join(directory.path, "a.cwl"), tool("a"));
  await Bun.write(join(directory.path, "b.cwl"), tool("b"));
  const steps = "steps:\n  a: { in: [], out: [], run: a.cwl }\n  b: { in: [], out: [], run: b.cwl }\n";
  await Bun.write(
    join(directory.path, "main.cwl"),
    `cwlVersion: v1.2\nclass: Workflow\ninputs: []\noutputs: []\n${steps}`,
  );
  const { cwl } = await packDocument(join(directory.path, "main.cwl"), packageReader(directory.path));
  expect(
    [...cwl.processes.values()].map((process) =>
      process.kind === "tool" ? process.baseCommand.join(" ") : process.id,
    ),
  ).toEqual(["main", "echo a", "echo b"]);
});
