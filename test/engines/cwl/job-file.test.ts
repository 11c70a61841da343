import { expect, test } from "bun:test";
import { join } from "node:path";
import { Problem } from "../../../src/domain/problem.ts";
import { readJobFile } from "../../../src/engines/cwl/job-file.ts";
import { loadText } from "../../../src/engines/cwl/load.ts";
import { toOutputObject } from "../../../src/engines/cwl/output-values.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const { main } = loadText(
  "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\ninputs: { n: int, f: File, fs: 'File[]', lit: File? }\noutputs: []\n",
  "t.cwl",
).cwl;

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
  const { inputs, unknown } = await readJobFile(job, join(directory.path, "job.yml"), main);
  expect(inputs.n).toEqual({ kind: "value", value: 4 });
  expect(inputs.f).toEqual({ kind: "file", path, basename: "item #1.txt", sizeBytes: 4 });
  expect(inputs.fs).toEqual([{ kind: "file", path, basename: "other.txt", sizeBytes: 4 }]);
  expect(inputs.lit).toEqual({ kind: "value", value: { class: "File", basename: "a.txt", contents: "hi" } });
  expect(unknown).toEqual(["more"]);
});

test("a file that is not there is told with its line", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "job.yml");
  try {
    await readJobFile("n: 1\nf:\n  class: File\n  location: gone.txt\n", file, main);
    throw new Error("it was accepted");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.faults).toEqual([
      { pointer: `${file}:4:3`, detail: 'found "gone.txt", expected an existing file of this machine' },
    ]);
  }
});

test("an empty job file has no inputs", async () => {
  expect(await readJobFile("", "job.yml", main)).toEqual({ inputs: {}, unknown: [] });
});

test("outputs are written as CWL runners print them", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "o.txt");
  await Bun.write(path, "abc");
  const file = { kind: "file", path, basename: "o.txt", sizeBytes: 3, mediaType: "text/csv" } as const;
  const values = { f: file, n: { kind: "value", value: 3 }, l: { kind: "list", items: [file] } } as const;
  const object = {
    class: "File",
    location: `file://${path}`,
    path,
    basename: "o.txt",
    size: 3,
    checksum: "sha1$a9993e364706816aba3e25717850c26c9cd0d89d",
    format: "https://www.iana.org/assignments/media-types/text/csv",
  };
  expect(await toOutputObject(values, ["f", "n", "l", "none"])).toEqual({ f: object, n: 3, l: [object], none: null });
});
