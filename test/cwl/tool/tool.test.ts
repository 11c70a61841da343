import { expect, test } from "bun:test";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import type { FileValue } from "../../../src/domain/values/values.ts";
import { taskDirectory } from "../../../src/files/layout.ts";
import { createHarness, follow, memoryRecord, plainOutputs, prepare, runPackage, textOf, value } from "../harness.ts";

/** A tool that runs a shell script; `more` are its other fields. */
function shellTool(script: string, more: string, version = "v1.2") {
  return loadText(
    `cwlVersion: ${version}\nclass: CommandLineTool\nbaseCommand: [sh, -c]\narguments:\n  - ${JSON.stringify(script)}\n${more}`,
    "tool.cwl",
  );
}

async function fileValue(path: string, text: string): Promise<FileValue> {
  await Bun.write(path, text);
  return { kind: "file", path, basename: path.slice(path.lastIndexOf("/") + 1), sizeBytes: text.length };
}

test("a tool reads files and literals and writes its outputs", async () => {
  await using harness = await createHarness();
  const cwl = shellTool(
    'cat "$1"; echo "$2 $3" >&2; echo more > "$3.txt"',
    `inputs:
  skip: { type: string, default: sh, inputBinding: { position: 0 } }
  file: { type: File, inputBinding: { position: 1 } }
  number: { type: int, inputBinding: { position: 2 } }
  name: { type: string, default: extra, inputBinding: { position: 3 } }
outputs:
  out: stdout
  err: stderr
  globbed: { type: File, outputBinding: { glob: $(inputs.name).txt } }
  found: { type: "File[]", outputBinding: { glob: ["*.txt", nothing] } }
  missing: { type: File?, outputBinding: { glob: "*.none" } }
stdout: result.txt
`,
  );
  const file = await fileValue(join(harness.directory, "in.txt"), "hello\n");
  const { failure, outputs } = await runPackage(harness, cwl, { file, number: value(7) });
  expect(failure).toBeUndefined();
  expect(await textOf(outputs, "out")).toBe("hello\n");
  expect(await textOf(outputs, "err")).toBe("7 extra\n");
  expect(await textOf(outputs, "globbed")).toBe("more\n");
  expect(outputs.out).toMatchObject({ basename: "result.txt", sizeBytes: 6 });
  const found = outputs.found?.kind === "list" ? outputs.found.items : [];
  expect(found.map((item) => (item.kind === "file" ? item.basename : item.kind))).toEqual(["extra.txt", "result.txt"]);
  expect(outputs).not.toHaveProperty("missing");
});

test("a tool has a clean environment, its own HOME and TMPDIR, and starts in an empty directory", async () => {
  await using harness = await createHarness();
  const cwl = shellTool(
    'ls -A > /dev/null; [ "$PWD" = "$HOME" ] && [ -d "$TMPDIR" ] && [ "$TMPDIR" != "$HOME" ] && ls -A; env | cut -d= -f1 | sort | tr "\\n" " "',
    `requirements: { EnvVarRequirement: { envDef: { GREETING: "hi $(inputs.who)" } } }
inputs: { who: string }
outputs: { names: { type: string, outputBinding: { glob: names, loadContents: true, outputEval: "$(self[0].contents)" } } }
stdout: names
`,
  );
  const { failure, outputs } = await runPackage(harness, cwl, { who: value("you") });
  expect(failure).toBeUndefined();
  expect(plainOutputs(outputs)).toEqual({ names: "names\nGREETING HOME PATH PWD TMPDIR " });
});

test("a directory for temporary files is handed on when it is as it was made, and to nobody else", async () => {
  await using harness = await createHarness({ slots: 1 });
  // The second one leaves a file behind, the fourth one an open door.
  const script =
    'ls -A "$TMPDIR"; stat -c %a "$TMPDIR"; [ "$0" != 2 ] || touch "$TMPDIR/left"; [ "$0" != 4 ] || chmod 755 "$TMPDIR"';
  const cwl = loadText(
    `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { n: "int[]" }
outputs: { o: { type: "string[]", outputSource: s/o } }
steps:
  s:
    scatter: n
    in: { n: n }
    out: [o]
    run: { class: CommandLineTool, baseCommand: [sh, -c, ${JSON.stringify(script)}], inputs: { n: { type: int, inputBinding: {} } }, outputs: { o: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: "$(self[0].contents)" } } }, stdout: o }
`,
    "scatter.cwl",
  );
  const { failure, outputs } = await runPackage(harness, cwl, { n: [1, 2, 3, 4, 5, 6].map(value) });
  expect(failure).toBeUndefined();
  expect(plainOutputs(outputs)).toEqual({ o: Array.from({ length: 6 }, () => "700\n") });
  const step = dirname(taskDirectory(harness.layout, { executionId: "execution-1", step: "s", shard: 0, try: 1 }));
  const left = (await readdir(step)).filter((name) => name.endsWith("-tmp"));
  expect(left.toSorted()).toEqual(["1-1-tmp", "3-1-tmp", "5-1-tmp"]);
});

test("a tool that fails tells its exit code and the last lines of its stderr", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("echo PROGRESS 10 going; echo one >&2; echo two >&2; exit 42", "inputs: []\noutputs: []\n");
  const { failure } = await runPackage(harness, cwl);
  expect(failure).toEqual({
    message: "Cannot finish the tool: found exit code 42, wanted 0",
    exitCode: 42,
    stderrTail: "one\ntwo",
  });
});

test("other exit codes than 0 may be successes", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("exit 3", "successCodes: [0, 3]\ninputs: []\noutputs: []\n");
  expect((await runPackage(harness, cwl)).failure).toBeUndefined();
});

test("an exit code of a temporary failure is told as one, unless it is permanent too", async () => {
  await using harness = await createHarness();
  const codes = "temporaryFailCodes: [4, 5]\npermanentFailCodes: [5]\ninputs: []\noutputs: []\n";
  const failureOf = async (exitCode: number) =>
    (await runPackage(harness, shellTool(`exit ${exitCode}`, codes), {}, `exit-${exitCode}`)).failure?.message;
  expect(await failureOf(4)).toContain("found exit code 4, a temporary failure, wanted 0");
  expect(await failureOf(5)).toContain("found exit code 5, wanted 0");
});

test("a missing program is named", async () => {
  await using harness = await createHarness();
  const cwl = loadText(
    "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: no-such-program\ninputs: []\noutputs: []\n",
    "t.cwl",
  );
  const { failure } = await runPackage(harness, cwl);
  expect(failure?.message).toBe(
    'Cannot run the tool: found no program "no-such-program", wanted one on the PATH /usr/local/bin:/usr/bin:/bin (/baseCommand)',
  );
});

test("a DockerRequirement as a hint runs the local program, as a requirement it fails and names the ways", async () => {
  await using harness = await createHarness();
  const more = "inputs: []\noutputs: []\n";
  const hint = shellTool("true", `hints: { DockerRequirement: { dockerPull: alpine } }\n${more}`);
  const hinted = await runPackage(harness, hint, {}, "a");
  expect(hinted.failure).toBeUndefined();
  expect(hinted.warnings).toEqual([expect.stringMatching(/^The program of this machine runs the tool: /)]);
  const required = shellTool("true", `requirements: { DockerRequirement: { dockerPull: alpine } }\n${more}`);
  const { failure } = await runPackage(harness, required, {}, "b");
  expect(failure?.message).toContain("the image imported by");
});

test("stdin is a file, by name or by type", async () => {
  await using harness = await createHarness();
  const file = await fileValue(join(harness.directory, "in.txt"), "from stdin");
  const outputs =
    "outputs: { o: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: '$(self[0].contents)' } } }\nstdout: o\n";
  const named = shellTool("cat", `inputs: { f: File }\nstdin: $(inputs.f.path)\n${outputs}`);
  const typed = shellTool("cat", `inputs: { f: stdin }\n${outputs}`);
  expect(plainOutputs((await runPackage(harness, named, { f: file }, "a")).outputs)).toEqual({ o: "from stdin" });
  expect(plainOutputs((await runPackage(harness, typed, { f: file }, "b")).outputs)).toEqual({ o: "from stdin" });
});

test("input files of one name, or kept under another name, do not meet", async () => {
  await using harness = await createHarness();
  await mkdir(join(harness.directory, "a"));
  await mkdir(join(harness.directory, "b"));
  const files = [
    await fileValue(join(harness.directory, "a", "x.txt"), "A"),
    await fileValue(join(harness.directory, "b", "x.txt"), "B"),
    { ...(await fileValue(join(harness.directory, "b", "kept-elsewhere"), "C")), basename: "x.txt" },
  ];
  const cwl = shellTool(
    'for f; do echo "`basename "$f"` `cat "$f"`"; done',
    `inputs:
  zero: { type: string, default: sh, inputBinding: {} }
  files: { type: "File[]", inputBinding: { position: 1 } }
outputs: { o: stdout }
`,
  );
  const { failure, outputs } = await runPackage(harness, cwl, { files });
  expect(failure).toBeUndefined();
  expect(await textOf(outputs, "o")).toBe("x.txt A\nx.txt B\nx.txt C\n");
});

test("a file that was given may be handed back, one that was not may not", async () => {
  await using harness = await createHarness();
  const file = await fileValue(join(harness.directory, "in.txt"), "given");
  const output = "outputs: { o: { type: File, outputBinding: { glob: link } } }\n";
  const given = shellTool('ln -s "$0" link', `inputs: { f: { type: File, inputBinding: {} } }\n${output}`);
  const { outputs } = await runPackage(harness, given, { f: file }, "a");
  expect(outputs.o).toMatchObject({ kind: "file", path: file.path, basename: "link" });
  const stolen = shellTool("ln -s /etc/passwd link", `inputs: []\n${output}`);
  expect((await runPackage(harness, stolen, {}, "b")).failure?.message).toContain("leads out of the output directory");
  const climbed = shellTool(
    "true",
    "inputs: []\noutputs: { o: { type: 'File[]', outputBinding: { glob: '../../*' } } }\n",
  );
  expect((await runPackage(harness, climbed, {}, "c")).failure?.message).toContain("leads out of the output directory");
});

test("cwl.output.json gives the outputs, but no file outside", async () => {
  await using harness = await createHarness();
  const outputs = "inputs: []\noutputs: { n: int, f: File }\n";
  const written = shellTool(
    `echo text > a.txt; echo '{"n": 4, "f": {"class": "File", "path": "a.txt"}}' > cwl.output.json`,
    outputs,
  );
  const ran = await runPackage(harness, written, {}, "a");
  expect(ran.outputs).toMatchObject({
    n: { kind: "value", value: 4 },
    f: { kind: "file", basename: "a.txt", sizeBytes: 5 },
  });
  for (const [index, member] of [
    '"path": "/etc/passwd"',
    '"location": "file:///etc/passwd"',
    '"path": "../../../x"',
  ].entries()) {
    const stolen = shellTool(`echo '{"n": 4, "f": {"class": "File", ${member}}}' > cwl.output.json`, outputs);
    expect((await runPackage(harness, stolen, {}, `b${index}`)).failure?.message).toMatch(/leads out of|found no file/);
  }
});

test("contents over 64 KiB fail from v1.2 on and are cut before", async () => {
  await using harness = await createHarness();
  const outputs =
    "inputs: []\noutputs: { o: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: '$(self[0].contents)' } } }\nstdout: o\n";
  const script = "head -c 70000 /dev/zero | tr '\\0' x";
  expect((await runPackage(harness, shellTool(script, outputs), {}, "a")).failure?.message).toContain(
    "found more than 64 KiB",
  );
  const cut = await runPackage(harness, shellTool(script, outputs, "v1.1"), {}, "b");
  expect(String(plainOutputs(cut.outputs).o)).toHaveLength(65536);
});

test("a missing output, and one of two where one is wanted, are named", async () => {
  await using harness = await createHarness();
  const outputs = "inputs: []\noutputs: { o: { type: File, outputBinding: { glob: '*.txt' } } }\n";
  const none = await runPackage(harness, shellTool("true", outputs), {}, "a");
  expect(none.failure?.message).toBe(
    'Cannot collect output "o": found null, wanted File: nothing fits the glob "*.txt", the output directory has nothing in it (/outputs/o/outputBinding/glob)',
  );
  const two = await runPackage(harness, shellTool("touch a.txt b.txt", outputs), {}, "b");
  expect(two.failure?.message).toBe('Cannot collect output "o": found a.txt, b.txt, wanted one file (/outputs/o)');
});

test("the working directory holds what InitialWorkDirRequirement says", async () => {
  await using harness = await createHarness();
  const file = await fileValue(join(harness.directory, "in.txt"), "input\n");
  const cwl = shellTool(
    'cat "$0" script.txt sub/copy; echo changed >> sub/copy; ls -l in.txt | cut -c1',
    `requirements:
  InitialWorkDirRequirement:
    listing:
      - $(inputs.f)
      - { entryname: script.txt, entry: "for $(inputs.who)\\n" }
      - { entryname: sub/copy, entry: $(inputs.f), writable: true }
inputs: { f: { type: File, inputBinding: {} }, who: string }
outputs: { o: stdout }
`,
  );
  const { failure, outputs } = await runPackage(harness, cwl, { f: file, who: value("me") });
  expect(failure).toBeUndefined();
  expect(await textOf(outputs, "o")).toBe("input\nfor me\ninput\nl\n");
  expect(await Bun.file(file.path).text()).toBe("input\n");
});

test("an entry of the working directory may not lead out of it, and no two may meet", async () => {
  await using harness = await createHarness();
  const tool = (listing: string) =>
    shellTool(
      "true",
      `requirements: { InitialWorkDirRequirement: { listing: ${listing} } }\ninputs: []\noutputs: []\n`,
    );
  for (const [index, name] of ["../../escape", "/tmp/escape", "."].entries()) {
    const { failure } = await runPackage(harness, tool(`[{ entryname: ${name}, entry: x }]`), {}, `a${index}`);
    expect(failure?.message).toContain("it leads out of the working directory");
  }
  const twice = await runPackage(harness, tool("[{ entryname: a, entry: x }, { entryname: a, entry: y }]"), {}, "b");
  expect(twice.failure?.message).toContain("found two for");
});

test("secondary files travel with their primary and are required", async () => {
  await using harness = await createHarness();
  const file = await fileValue(join(harness.directory, "reads.bam"), "bam");
  const cwl = shellTool(
    'cp "$0" out.bam; touch out.bai',
    `inputs: { f: { type: File, secondaryFiles: [^.bai], inputBinding: {} } }
outputs: { o: { type: File, secondaryFiles: ["^.bai", ".never?"], outputBinding: { glob: out.bam } } }
`,
  );
  expect((await runPackage(harness, cwl, { f: file }, "a")).failure?.message).toContain('found no file "reads.bai"');
  await Bun.write(join(harness.directory, "reads.bai"), "bai");
  const { outputs } = await runPackage(harness, cwl, { f: file }, "b");
  expect(outputs.o).toMatchObject({ basename: "out.bam", secondaryFiles: [{ basename: "out.bai", sizeBytes: 0 }] });
});

test("a plain value may not name a file of this machine", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("cat", "inputs: { any: { type: Any, inputBinding: {} } }\noutputs: []\n");
  const { failure } = await runPackage(harness, cwl, { any: value({ class: "File", path: "/etc/passwd" }) });
  expect(failure?.message).toContain("found the path or location of a file inside a value");
});

test("inputs of the wrong type are refused, each by name", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("true", "inputs: { n: int, list: 'int[]' }\noutputs: []\n");
  const { failure } = await runPackage(harness, cwl, { n: value("x"), list: [value(1), value(2)] });
  expect(failure?.message).toBe('Cannot run main: /inputs/n: found string "x", wanted int');
});

test("a tool tells its progress by lines on stderr", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("echo 'PROGRESS 40 weaving' >&2; sleep 1", "inputs: []\noutputs: []\n");
  const { updates } = await runPackage(harness, cwl);
  expect(updates).toContainEqual({ kind: "progress", percent: 40, message: "weaving" });
});

test("a bar that a tool draws on stdout is its progress, before its line has ended", async () => {
  await using harness = await createHarness();
  const cwl = shellTool("printf '0...10...20...30.'; sleep 1; echo", "inputs: []\noutputs: []\n");
  const { updates } = await runPackage(harness, cwl);
  expect(updates).toContainEqual({ kind: "progress", percent: 32 });
});

test("an output that is a symlink loop or a pipe is refused", async () => {
  await using harness = await createHarness();
  await symlink("loop", join(harness.directory, "loop"));
  const cwl = shellTool("mkfifo o", "inputs: []\noutputs: { o: { type: File, outputBinding: { glob: o } } }\n");
  expect((await runPackage(harness, cwl)).failure?.message).toContain("which is neither a file nor a directory");
});

test("what is done for a job while its tool does not run is noted, and each of it ends", async () => {
  await using harness = await createHarness();
  const cwl = shellTool(
    "echo a >a.txt",
    `inputs: {}\noutputs: { out: { type: File, outputBinding: { glob: "*.txt" } } }\n`,
  );
  const record = memoryRecord();
  const prepared = prepare(cwl, {});
  await harness.engine.start(prepared, harness.engine.plan(prepared), record);
  expect((await follow(harness.engine, prepared, record)).failure).toBeUndefined();
  expect(record.done.some((what) => what?.startsWith("Collecting the outputs of") === true)).toBe(true);
  expect(record.done.filter((what) => what === undefined).length).toBe(record.done.length / 2);
});
