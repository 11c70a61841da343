import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadJson } from "../../../src/cwl/document/load/load.ts";
import { taskDirectory, taskLogFile, taskRecordFile } from "../../../src/files/layout.ts";
import { createHarness, follow, memoryRecord, plainOutputs, prepare, runPackage, textOf } from "../harness.ts";

const tool = (members: Readonly<Record<string, unknown>>) =>
  loadJson(
    JSON.parse(
      JSON.stringify({ cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: "true", inputs: {}, ...members }),
    ),
  );

test("no directory that is made for a tool has a dot in its name", async () => {
  await using harness = await createHarness();
  const say = ["-c", 'printf "%s\\n" "$PWD" "$TMPDIR" "$HOME" "$0" "$1"'];
  await Bun.write(join(harness.directory, "plain"), "x");
  const run = await runPackage(
    harness,
    tool({
      baseCommand: ["/bin/sh", ...say],
      inputs: { f: { type: "File", inputBinding: { position: 1 } } },
      outputs: { said: "stdout" },
    }),
    { f: { kind: "file", path: join(harness.directory, "plain"), basename: "f.txt", sizeBytes: 1 } },
  );
  const lines = (await textOf(run.outputs, "said")).trim().split("\n");
  for (const line of lines.filter((text) => text !== "")) {
    expect(line.endsWith(".txt") ? dirname(line) : line).not.toContain(".");
  }
});

test("the output directory as an output is called like it", async () => {
  await using harness = await createHarness();
  const name = { InlineJavascriptRequirement: {} };
  const outputBinding = { glob: ".", outputEval: "$(self[0].basename)" };
  const run = await runPackage(
    harness,
    tool({ requirements: name, outputs: { all: { type: "string", outputBinding } } }),
  );
  expect(plainOutputs(run.outputs)).toEqual({ all: "all" });
});

test("a try that an earlier release left under its own names is found", async () => {
  await using harness = await createHarness();
  const cwl = tool({ outputs: { o: { type: "File", outputBinding: { glob: "o" } } } });
  const key = { executionId: "execution-1", step: "main", shard: 0, try: 1 };
  const directory = taskDirectory(harness.layout, key);
  await mkdir(`${directory}.out`, { recursive: true });
  await mkdir(`${directory}.tmp`);
  await Bun.write(join(`${directory}.out`, "o"), "made by it\n");
  const boot = (await Bun.file("/proc/sys/kernel/random/boot_id").text()).trim();
  await Bun.write(
    taskRecordFile(harness.layout, key),
    `pid 999999999\nstarted 1\nboot ${boot}\nend\ncode 0\n0m0.00s 0m0.00s\n0m0.00s 0m0.00s\nend\n`,
  );
  expect(await Bun.file(taskLogFile(harness.layout, key)).exists()).toBe(false);
  const record = memoryRecord();
  const prepared = prepare(cwl, {});
  const engine = harness.restart();
  expect(await engine.adopt(prepared, engine.plan(prepared), new Map(), record)).toBe("running");
  expect(await textOf((await follow(engine, prepared, record)).outputs, "o")).toBe("made by it\n");
});
