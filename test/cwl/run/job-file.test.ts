import { expect, test } from "bun:test";
import { join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { readJobFile } from "../../../src/cwl/run/job-file.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const { cwl } = loadText(
  "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\ninputs: { n: int, f: File, fs: 'File[]', lit: File? }\noutputs: []\n",
  "t.cwl",
);

test("locations are relative to the job file", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "item #1.txt");
  await Bun.write(path, "text");
  const job = `n: 4
f: { class: File, location: "item%20%231.txt" }
fs: [{ class: File, path: "item #1.txt", basename: other.txt }]
lit: { class: File, basename: a.txt, contents: hi }
more: 5
`;
  const { inputs, unknown } = await readJobFile(job, join(directory.path, "job.yml"), cwl);
  expect(inputs.n).toEqual({ kind: "value", value: 4 });
  expect(inputs.f).toEqual({ kind: "value", value: { class: "File", path } });
  expect(inputs.fs).toEqual({ kind: "value", value: [{ class: "File", path, basename: "other.txt" }] });
  expect(inputs.lit).toEqual({ kind: "value", value: { class: "File", basename: "a.txt", contents: "hi" } });
  expect(unknown).toEqual(["more"]);
});

test("a file that is not there is told with its line", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "job.yml");
  try {
    await readJobFile("n: 1\nf:\n  class: File\n  location: gone.txt\nfs: []\n", file, cwl);
    throw new Error("it was accepted");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.faults).toEqual([
      { pointer: `${file}:4:3`, detail: 'found "gone.txt", wanted an existing file of this machine' },
    ]);
  }
});

test("an empty job file has no inputs", async () => {
  const { cwl: modest } = loadText(
    "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\ninputs: { n: int? }\noutputs: []\n",
    "t.cwl",
  );
  const { locateInput, ...job } = await readJobFile("", "job.yml", modest);
  expect(job).toEqual({ inputs: {}, unknown: [], requirements: [] });
  expect(locateInput("n")).toBeUndefined();
});

test("values that do not fit, and those that are missing, are told with their line, field and type", async () => {
  const faults = await readJobFile("n: x\nfs: { class: File, contents: a }\nff: 1\n", "job.yml", cwl).catch(
    (error: unknown) => (error instanceof Problem ? error.faults : []),
  );
  expect(faults).toEqual([
    { pointer: "job.yml:1:1", detail: 'field "n": found string "x", wanted int' },
    { pointer: "job.yml:1:1", detail: 'found no "f", wanted File (found "ff")' },
  ]);
});
