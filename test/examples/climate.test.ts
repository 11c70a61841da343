import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageReader, packDocument } from "../../src/cwl/document/pack/pack.ts";
import { readJobFile } from "../../src/cwl/run/job-file.ts";
import { createHarness, runPackage } from "../cwl/harness.ts";

const example = join(import.meta.dir, "../../examples/climate");

test("the climate example gives its expected results byte for byte", async () => {
  await using harness = await createHarness({ allowsLocalFiles: true });
  const cwl = await packDocument(join(example, "climate.cwl"), packageReader(example));
  const jobFile = join(example, "job.yml");
  const { inputs } = await readJobFile(await readFile(jobFile, "utf8"), jobFile, cwl.cwl);
  const ran = await runPackage(harness, cwl, inputs);
  expect(ran.failure).toBeUndefined();
  const results = new Map<string, string>();
  for (const [id, output] of Object.entries(ran.outputs)) {
    if (output.kind === "file") results.set(output.basename, await Bun.file(output.path).text());
    if (output.kind === "value") results.set(`${id}.txt`, String(output.value));
  }
  const expected = await readdir(join(example, "expected"));
  expect([...results.keys()].toSorted()).toEqual(expected.toSorted());
  for (const name of expected) {
    expect(results.get(name)).toBe(await readFile(join(example, "expected", name), "utf8"));
  }
});
