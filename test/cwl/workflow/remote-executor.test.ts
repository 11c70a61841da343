import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { executionLogFile, taskRecordFile } from "../../../src/files/layout.ts";
import { createFakeRemoteExecutor, pathAway } from "../../executors/fake-remote-executor.ts";
import { createHarness, follow, memoryRecord, prepare, runPackage, textOf } from "../harness.ts";

/** Reads a file by stdin, hands it on, changes a copy of it in two shards, and joins what they made. */
const workflow = loadText(
  `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {}, InlineJavascriptRequirement: {} }
inputs: { given: File, words: "string[]" }
outputs: { joined: { type: File, outputSource: join/joined }, said: { type: File, outputSource: first/said } }
steps:
  first:
    in: { given: given }
    out: [text, said]
    run:
      class: CommandLineTool
      baseCommand: [sh, -c, 'cat; echo note >&2; echo plain >made/list']
      requirements: { InitialWorkDirRequirement: { listing: [{ entryname: made/list.in, entry: text }] } }
      stdin: $(inputs.given.path)
      stdout: sub/text.txt
      inputs: { given: File }
      outputs: { text: stdout, said: { type: File, outputBinding: { glob: made/list } } }
  each:
    in: { text: first/text, word: words }
    scatter: word
    out: [changed]
    run:
      class: CommandLineTool
      baseCommand: [sh, -c, 'echo "$0" >>copy.txt']
      arguments: [$(inputs.word)]
      requirements: { InitialWorkDirRequirement: { listing: [{ entryname: copy.txt, entry: $(inputs.text), writable: true }] } }
      inputs: { text: File, word: string }
      outputs: { changed: { type: File, outputBinding: { glob: copy.txt } } }
  join:
    in: { parts: each/changed }
    out: [joined]
    run:
      class: CommandLineTool
      baseCommand: cat
      inputs: { parts: { type: "File[]", inputBinding: {} } }
      outputs: { joined: stdout }
`,
  "workflow.cwl",
);

const words = { kind: "value", value: ["one", "two"] } as const;

/** A harness over the other machine, and a file of this one. */
async function remoteHarness() {
  const harness = await createHarness({ around: (_real, layout) => createFakeRemoteExecutor(layout, { slots: 2 }) });
  const path = join(harness.directory, "given.txt");
  await Bun.write(path, "given\n");
  const given = { kind: "file", path, basename: "given.txt", sizeBytes: 6 } as const;
  return { harness, inputs: { given, words } };
}

describe.skipIf(findBubblewrap().kind === "missing")("with an executor without a shared disk", () => {
  test("a workflow runs: files go there and come home, streams and logs too", async () => {
    const { harness, inputs } = await remoteHarness();
    await using _harness = harness;
    const { failure, outputs, lines } = await runPackage(harness, workflow, inputs);
    expect(failure).toBeUndefined();
    expect(await textOf(outputs, "joined")).toBe("given\none\ngiven\ntwo\n");
    expect(await textOf(outputs, "said")).toBe("plain\n");
    expect(await readFile(executionLogFile(harness.layout, "execution-1"), "utf8")).toContain("note\n");
    expect(lines.filter((line) => line.startsWith('Started step "each"'))).toHaveLength(2);
    const key = { executionId: "execution-1", step: "first", shard: 0, try: 1 };
    expect(await readFile(taskRecordFile(harness.layout, key), "utf8")).toBe("executor fake\nend\n");
    expect(await Bun.file(pathAway(harness.layout, join(harness.directory, "given.txt"))).text()).toBe("given\n");
  });

  test("a tool that fails there is told with what it said", async () => {
    const { harness } = await remoteHarness();
    await using _harness = harness;
    const failing = loadText(
      `cwlVersion: v1.2
class: CommandLineTool
baseCommand: [sh, -c, 'echo "it is wrong" >&2; exit 3']
inputs: []
outputs: []
`,
      "failing.cwl",
    );
    const { failure } = await runPackage(harness, failing);
    expect(failure).toMatchObject({ exitCode: 3, stderrTail: "it is wrong" });
  });

  test("the next server finds what runs there, and collects it", async () => {
    const { harness, inputs } = await remoteHarness();
    await using _harness = harness;
    const prepared = prepare(workflow, inputs);
    const { engine } = harness;
    const handle = engine.plan(prepared);
    expect(handle).toMatchObject({ executor: "fake" });
    await engine.start(prepared, handle, memoryRecord());
    const key = { executionId: "execution-1", step: "first", shard: 0, try: 1 };
    while (!(await Bun.file(taskRecordFile(harness.layout, key)).exists())) await Bun.sleep(1);
    await engine[Symbol.asyncDispose]();
    const later = harness.restart();
    const record = memoryRecord();
    await later.adopt(prepared, handle, new Map(), record);
    const { failure, outputs } = await follow(later, prepared, record);
    expect(failure).toBeUndefined();
    expect(await textOf(outputs, "joined")).toBe("given\none\ngiven\ntwo\n");
  });
});
