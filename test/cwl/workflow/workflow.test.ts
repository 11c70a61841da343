import { describe, expect, test } from "bun:test";
import { appendFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import type { Executor, TaskKey } from "../../../src/executors/executor.ts";
import { executionLogFile, taskDirectory, taskOutputDirectory } from "../../../src/files/layout.ts";
import { createFlakyExecutor } from "../../executors/flaky-executor.ts";
import {
  createHarness,
  follow,
  type Harness,
  memoryRecord,
  plainOutputs,
  prepare,
  runPackage,
  textOf,
  value,
} from "../harness.ts";

/** A step's tool: writes its name to the trace, runs a script, and hands the text of "o" on. */
const tool = (script: string) =>
  `{ class: CommandLineTool, baseCommand: [sh, -c], arguments: [${JSON.stringify(script)}], inputs: { trace: { type: string, inputBinding: {} }, text: { type: "string?", inputBinding: { position: 1 } } }, outputs: { o: { type: string, outputBinding: { glob: o, loadContents: true, outputEval: "$(self[0].contents)" } } }, stdout: o }`;

/** Two steps after each other; the trace tells which ones ran. */
const chain = (first: string, second: string) =>
  loadText(
    `cwlVersion: v1.2
class: Workflow
inputs: { trace: string }
outputs: { o: { type: string, outputSource: second/o } }
steps:
  first: { in: { trace: trace }, out: [o], run: ${tool(`echo first >> "$0"; ${first}`)} }
  second: { in: { trace: trace, text: first/o }, out: [o], run: ${tool(`echo second >> "$0"; ${second}`)} }
`,
    "chain.cwl",
  );

const tracePath = (harness: Harness) => join(harness.directory, "trace");
const traceOf = async (harness: Harness) => (await readFile(tracePath(harness), "utf8")).trim().split("\n");
const inputsOf = (harness: Harness) => ({ trace: value(tracePath(harness)) });

/** Waits until a condition holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return;
    await Bun.sleep(10);
  }
  throw new Error("it never came to that");
}

/** Nothing above the executors changes for one that is slow and flaky. */
const executors: readonly (readonly [string, (real: Executor) => Executor])[] = [
  ["the local executor", (real) => real],
  ["a slow and flaky executor", createFlakyExecutor],
];

describe.each(executors)("with %s", (_, around) => {
  const newHarness = (options: Parameters<typeof createHarness>[0] = {}) => createHarness({ ...options, around });

  test("values flow along links and each finished step is a checkpoint", async () => {
    await using harness = await newHarness();
    const ran = await runPackage(harness, chain("printf one", 'printf "%s two" "$1"'), inputsOf(harness));
    expect(ran.failure).toBeUndefined();
    expect(plainOutputs(ran.outputs)).toEqual({ o: "one two" });
    const { "#usage": usage, ...steps } = Object.fromEntries(ran.checkpoints);
    const tasks = [expect.objectContaining({ kind: "tool", exitCode: 0, tries: 1, executor: "local" })];
    expect(steps).toEqual({ first: { o: "one", "#tasks": tasks }, second: { o: "one two", "#tasks": tasks } });
    // A tool that took long was looked at meanwhile: then its memory stands there too.
    expect(usage).toMatchObject({
      first: { tools: 1, cpuSeconds: expect.any(Number), exitCode: 0 },
      second: { tools: 1, cpuSeconds: expect.any(Number), exitCode: 0 },
    });
    expect(ran.updates).toContainEqual({ kind: "progress", percent: 50 });
  });

  test("lists are merged, defaults fill in, valueFrom sees all inputs", async () => {
    await using harness = await newHarness();
    const echo = `{ class: CommandLineTool, baseCommand: echo, inputs: { list: { type: "Any", inputBinding: { position: 1, itemSeparator: "," } }, word: { type: string, inputBinding: {} } }, outputs: { o: stdout } }`;
    const cwl = loadText(
      `cwlVersion: v1.2
class: Workflow
requirements: [{ class: MultipleInputFeatureRequirement }, { class: StepInputExpressionRequirement }]
inputs: { a: "int[]", b: "int[]", none: string? }
outputs:
  flat: { type: File, outputSource: flat/o }
  both: { type: "File[]", outputSource: [flat/o, nested/o], linkMerge: merge_flattened }
steps:
  flat:
    in: { list: { source: [a, b], linkMerge: merge_flattened }, word: { source: none, default: filled } }
    out: [o]
    run: ${echo}
  nested:
    in: { list: { source: [a, b] }, word: { valueFrom: "$(inputs.list[1][0]) of $(inputs.list.length)" } }
    out: [o]
    run: ${echo}
`,
      "merge.cwl",
    );
    const inputs = { a: [value(1), value(2)], b: [value(3)] };
    const { failure, outputs } = await runPackage(harness, cwl, inputs);
    expect(failure).toBeUndefined();
    expect(await textOf(outputs, "flat")).toBe("filled 1,2,3\n");
    const both = outputs.both?.kind === "list" ? outputs.both.items : [];
    const texts = await Promise.all(both.map(async (item) => (item.kind === "file" ? Bun.file(item.path).text() : "")));
    expect(texts).toEqual(["filled 1,2,3\n", "3 of 2 1,2,3\n"]);
  });

  test("workflows nest, and requirements of the outer one reach the inner tools", async () => {
    await using harness = await newHarness();
    const cwl = loadText(
      `cwlVersion: v1.2
$graph:
  - id: main
    class: Workflow
    requirements: { SubworkflowFeatureRequirement: {}, EnvVarRequirement: { envDef: { WORD: outer } } }
    inputs: []
    outputs: { o: { type: File, outputSource: outer/o } }
    steps: { outer: { in: [], out: [o], run: "#inner" } }
  - id: inner
    class: Workflow
    inputs: []
    outputs: { o: { type: File, outputSource: say/o } }
    steps: { say: { in: [], out: [o], run: "#say" } }
  - { id: say, class: CommandLineTool, baseCommand: [sh, -c, 'echo "$WORD"'], inputs: [], outputs: { o: stdout } }
`,
      "nested.cwl",
    );
    const ran = await runPackage(harness, cwl);
    expect(ran.failure).toBeUndefined();
    expect(await textOf(ran.outputs, "o")).toBe("outer\n");
    expect([...ran.checkpoints.keys()]).toEqual(["outer/say", "outer", "#usage"]);
  });

  test("a failing step is named and stops its neighbours", async () => {
    await using harness = await newHarness();
    const cwl = loadText(
      `cwlVersion: v1.2
class: Workflow
inputs: { trace: string }
outputs: []
steps:
  slow: { in: { trace: trace }, out: [o], run: ${tool('echo slow >> "$0"; sleep 60; echo late >> "$0"')} }
  bad: { in: { trace: trace }, out: [o], run: ${tool('while ! [ -s "$0" ]; do sleep 0.01; done; echo reason >&2; exit 5')} }
  after: { in: { trace: trace, text: bad/o }, out: [o], run: ${tool('echo after >> "$0"')} }
`,
      "failing.cwl",
    );
    const { failure } = await runPackage(harness, cwl, inputsOf(harness));
    expect(failure).toEqual({
      message: 'Cannot finish step "bad": found exit code 5, wanted 0',
      step: "bad",
      exitCode: 5,
      stderrTail: "reason",
    });
    expect(await traceOf(harness)).toEqual(["slow"]);
  });

  test("a failing part of a scattered step is named with its step, also where an expression fails", async () => {
    await using harness = await newHarness();
    const step = (more: string, run: string) => `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {}, StepInputExpressionRequirement: {} }
inputs: { trace: string }
outputs: []
steps:
  part:
    scatter: text
    in: { trace: trace, text: { default: [a, b]${more} } }
    out: [o]
    run: ${run}
`;
    const failing = loadText(step("", tool("exit 5")), "scattered.cwl");
    const first = (await runPackage(harness, failing, inputsOf(harness))).failure;
    expect(first).toMatchObject({ step: "part", exitCode: 5 });
    const odd = loadText(step(", valueFrom: $(inputs.txt)", tool("exit 0")), "odd.cwl");
    const second = (await runPackage(harness, odd, inputsOf(harness), "second")).failure;
    expect(second).toMatchObject({ step: "part", message: expect.stringContaining("(/steps/part/in/text/valueFrom)") });
  });

  test("the log names the part that a line is of, also inside of a workflow that is scattered, and no part of other steps", async () => {
    await using harness = await newHarness();
    const inner = `{ class: Workflow, inputs: { text: string }, outputs: [], steps: { say: { in: { text: text }, out: [], run: { class: CommandLineTool, baseCommand: [sh, -c, 'echo "in $0"; echo "err $0" >&2'], inputs: { text: { type: string, inputBinding: {} } }, outputs: [] } } } }`;
    const cwl = loadText(
      `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {}, SubworkflowFeatureRequirement: {} }
inputs: []
outputs: []
steps:
  count: { scatter: n, in: { n: { default: [a, b] } }, out: [], run: { class: CommandLineTool, baseCommand: [echo, of], inputs: { n: { type: string, inputBinding: {} } }, outputs: [] } }
  each: { scatter: text, in: { text: { default: [x, y] } }, out: [], run: ${inner} }
  alone: { in: [], out: [], run: { class: CommandLineTool, baseCommand: [sh, -c, 'echo "single in $PWD"'], inputs: [], outputs: [] } }
`,
      "parts.cwl",
    );
    expect((await runPackage(harness, cwl)).failure).toBeUndefined();
    const lines = (await readFile(executionLogFile(harness.layout, "execution-1"), "utf8")).trim().split("\n");
    const parts = ["x", "y"].flatMap((text, at) => [
      `each (part ${at + 1})/say err ${text}`,
      `each (part ${at + 1})/say in ${text}`,
    ]);
    // Places are those of the job: where the service keeps them is told to nobody.
    expect(lines.toSorted()).toEqual([
      "count (part 1) of a",
      "count (part 2) of b",
      ...parts,
      "single in tasks/alone/0-1-out",
    ]);
  });

  test("where errors do not stop a workflow, what does not need the failed step goes on", async () => {
    await using harness = await newHarness();
    const cwl = loadText(
      `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { trace: string, words: "string[]" }
outputs: []
steps:
  bad: { in: { trace: trace }, out: [o], run: ${tool('echo bad >> "$0"; exit 5')} }
  after: { in: { trace: trace, text: bad/o }, out: [o], run: ${tool('echo after >> "$0"')} }
  slow: { in: { trace: trace }, out: [o], run: ${tool('sleep 0.3; echo slow >> "$0"')} }
  last: { in: { trace: trace, text: slow/o }, out: [o], run: ${tool('echo last >> "$0"')} }
  parts: { scatter: text, in: { trace: trace, text: words }, out: [o], run: ${tool('echo "$1" >> "$0"; test "$1" != one')} }
`,
      "failing.cwl",
    );
    const record = memoryRecord();
    const inputs = { ...inputsOf(harness), words: value(["one", "two", "three"]) };
    const prepared = { ...prepare(cwl, inputs), onError: "continue" } as const;
    await harness.engine.start(prepared, harness.engine.plan(prepared), record);
    const { failure, checkpoints } = await follow(harness.engine, prepared, record);
    expect(failure).toMatchObject({ step: "bad", exitCode: 5 });
    expect((await traceOf(harness)).toSorted()).toEqual(["bad", "last", "one", "slow", "three", "two"]);
    expect([...checkpoints.keys()].map((key) => key.replace(/=\d{13}$/, "=(time)")).toSorted()).toEqual([
      "#usage",
      "last",
      "parts#begun=(time)",
      "parts#parts=3",
      "parts[1]",
      "parts[2]",
      "slow",
    ]);
    expect(record.lines).toContain(
      'Cannot finish step "bad": found exit code 5, wanted 0; what does not need it goes on',
    );
  });

  test("a missing program is told with its step", async () => {
    await using harness = await newHarness();
    const run = "{ class: CommandLineTool, baseCommand: no-such-program, inputs: [], outputs: [] }";
    const cwl = loadText(
      `cwlVersion: v1.2\nclass: Workflow\ninputs: []\noutputs: []\nsteps: { one: { in: [], out: [], run: ${run} } }`,
      "w.cwl",
    );
    const { failure } = await runPackage(harness, cwl);
    expect(failure).toMatchObject({ step: "one" });
    expect(failure?.message).toStartWith('Cannot run step "one": found no program "no-such-program"');
  });

  test("after a restart finished steps stay and the others run", async () => {
    await using harness = await newHarness();
    const cwl = chain("printf one", 'printf "%s two" "$1"');
    const prepared = prepare(cwl, inputsOf(harness));
    const engine = harness.restart();
    const record = memoryRecord();
    const checkpoints = new Map([["first", { o: "kept" }]]);
    expect(await engine.adopt(prepared, engine.plan(prepared), checkpoints, record)).toBe("running");
    const ran = await follow(engine, prepared, record);
    expect(plainOutputs(ran.outputs)).toEqual({ o: "kept two" });
    expect(await traceOf(harness)).toEqual(["second"]);
  });

  test("nothing that ever ran is not started", async () => {
    await using harness = await newHarness();
    const prepared = prepare(chain("true", "true"), inputsOf(harness));
    const { engine } = harness;
    expect(await engine.adopt(prepared, engine.plan(prepared), new Map(), memoryRecord())).toBe("notStarted");
  });

  test("a tool that runs on while the server is down is waited for, not started again", async () => {
    await using harness = await newHarness();
    const cwl = chain('while ! [ -e "$0.go" ]; do sleep 0.01; done; printf one', 'printf "%s two" "$1"');
    const prepared = prepare(cwl, inputsOf(harness));
    await harness.engine.start(prepared, harness.engine.plan(prepared), memoryRecord());
    await until(async () => Bun.file(tracePath(harness)).size > 0);
    await harness.engine[Symbol.asyncDispose]();
    const engine = harness.restart();
    const record = memoryRecord();
    expect(await engine.adopt(prepared, engine.plan(prepared), new Map(), record)).toBe("running");
    await Bun.write(`${tracePath(harness)}.go`, "");
    const ran = await follow(engine, prepared, record);
    expect(plainOutputs(ran.outputs)).toEqual({ o: "one two" });
    expect(await traceOf(harness)).toEqual(["first", "second"]);
  });

  test("a tool that ended while the server was down is collected, not started again", async () => {
    await using harness = await newHarness();
    const cwl = chain('sleep 0.2; printf one; echo done >> "$0"', 'printf "%s two" "$1"');
    const prepared = prepare(cwl, inputsOf(harness));
    await harness.engine.start(prepared, harness.engine.plan(prepared), memoryRecord());
    await until(async () => Bun.file(tracePath(harness)).size > 0);
    await harness.engine[Symbol.asyncDispose]();
    await until(async () => (await traceOf(harness)).includes("done"));
    const engine = harness.restart();
    await engine.adopt(prepared, engine.plan(prepared), new Map(), memoryRecord());
    const ran = await follow(engine, prepared);
    expect(plainOutputs(ran.outputs)).toEqual({ o: "one two" });
    expect(await traceOf(harness)).toEqual(["first", "done", "second"]);
  });

  /** An executor whose first tries of a step are lost after they had run. */
  function losing(real: Executor, step: string, tries: number): Executor {
    return {
      ...real,
      ended: async (key, signal) => {
        const end = await real.ended(key, signal);
        return key.step === step && key.try <= tries ? { kind: "lost", reason: "it was killed" } : end;
      },
    };
  }

  test("a lost try is followed by the next one, and finished steps stay", async () => {
    await using harness = await newHarness({ executor: (real) => losing(real, "second", 2) });
    const ran = await runPackage(harness, chain("printf one", 'printf "%s two" "$1"'), inputsOf(harness));
    expect(plainOutputs(ran.outputs)).toEqual({ o: "one two" });
    expect(await traceOf(harness)).toEqual(["first", "second", "second", "second"]);
  });

  test("three lost tries are enough", async () => {
    await using harness = await newHarness({ executor: (real) => losing(real, "second", 9) });
    const { failure } = await runPackage(harness, chain("printf one", "true"), inputsOf(harness));
    expect(failure).toEqual({
      message: 'Cannot finish step "second": found 3 tries lost, the last one because it was killed',
      step: "second",
    });
    expect(await traceOf(harness)).toEqual(["first", "second", "second", "second"]);
  });

  test("tries that were given up before they started are not charged", async () => {
    await using harness = await newHarness();
    const prepared = prepare(chain("printf one", 'printf "%s two" "$1"'), inputsOf(harness));
    const key: TaskKey = { executionId: prepared.executionId, step: "first", shard: 0, try: 1 };
    for (let number = 1; number <= 5; number += 1) {
      await mkdir(taskOutputDirectory(harness.layout, { ...key, try: number }), { recursive: true });
    }
    const engine = harness.restart();
    const record = memoryRecord();
    await engine.adopt(prepared, engine.plan(prepared), new Map(), record);
    const ran = await follow(engine, prepared, record);
    expect(plainOutputs(ran.outputs)).toEqual({ o: "one two" });
    expect(record.lines).toContain(
      `Started step "first", try 6, without a sandbox: sh -c 'echo first >> "$0"; printf one' ${tracePath(harness)}`,
    );
  });

  test("a finished step whose files are gone runs again", async () => {
    await using harness = await newHarness();
    const cwl = loadText(
      `cwlVersion: v1.2
class: Workflow
inputs: { trace: string }
outputs: { o: { type: File, outputSource: make/o } }
steps:
  make: { in: { trace: trace }, out: [o], run: { class: CommandLineTool, baseCommand: [sh, -c, 'echo made >> "$0"; echo text'], inputs: { trace: { type: string, inputBinding: {} } }, outputs: { o: stdout } } }
`,
      "make.cwl",
    );
    const first = await runPackage(harness, cwl, inputsOf(harness));
    const made = first.outputs.o;
    if (made?.kind !== "file") throw new Error("no file was made");
    const prepared = prepare(cwl, inputsOf(harness));
    const kept = harness.restart();
    await kept.adopt(prepared, kept.plan(prepared), first.checkpoints, memoryRecord());
    expect(await textOf((await follow(kept, prepared)).outputs, "o")).toBe("text\n");
    expect(await traceOf(harness)).toEqual(["made"]);
    const key: TaskKey = { executionId: prepared.executionId, step: "make", shard: 0, try: 1 };
    await rm(dirname(taskDirectory(harness.layout, key)), { recursive: true });
    const engine = harness.restart();
    await engine.adopt(prepared, engine.plan(prepared), first.checkpoints, memoryRecord());
    expect(await textOf((await follow(engine, prepared)).outputs, "o")).toBe("text\n");
    expect(await traceOf(harness)).toEqual(["made", "made"]);
  });

  test("a dismissed run stops its tools, also those of an earlier server", async () => {
    await using harness = await newHarness();
    const cwl = chain('sleep 60; echo late >> "$0"', "true");
    const prepared = prepare(cwl, inputsOf(harness));
    const { engine } = harness;
    const handle = engine.plan(prepared);
    await engine.start(prepared, handle, memoryRecord());
    // The shell makes the file before it writes into it.
    await until(async () => Bun.file(tracePath(harness)).size > 0);
    await engine[Symbol.asyncDispose]();
    const key: TaskKey = { executionId: prepared.executionId, step: "first", shard: 0, try: 1 };
    expect(await harness.executor.find(key)).toEqual({ kind: "running" });
    const later = harness.restart();
    await later.dismiss(handle);
    expect(await harness.executor.find(key)).toMatchObject({ kind: "ended" });
    await later.dismiss(handle);
    await appendFile(tracePath(harness), "");
    expect(await traceOf(harness)).toEqual(["first"]);
  });

  test("what another executor has is neither gone on with nor stopped here", async () => {
    await using harness = await newHarness();
    const prepared = prepare(chain("true", "true"), inputsOf(harness));
    const { engine } = harness;
    expect(engine.plan(prepared)).toMatchObject({ executor: "local" });
    const handle = { ...engine.plan(prepared), executor: "batch" };
    const words = 'found that executor "batch" has its tools, wanted "local"';
    expect(engine.adopt(prepared, handle, new Map(), memoryRecord())).rejects.toThrow(words);
    expect(engine.dismiss(handle)).rejects.toThrow(words);
    // A handle of an earlier version names none.
    await engine.dismiss({ engine: "cwl", executionId: prepared.executionId });
  });

  test("a dismissed run that is watched ends with a failure", async () => {
    await using harness = await newHarness();
    const prepared = prepare(chain("sleep 60", "true"), inputsOf(harness));
    const { engine } = harness;
    const handle = engine.plan(prepared);
    await engine.start(prepared, handle, memoryRecord());
    const followed = follow(engine, prepared);
    await until(async () => Bun.file(tracePath(harness)).size > 0);
    await engine.dismiss(handle);
    expect((await followed).failure).toBeDefined();
    expect(await traceOf(harness)).toEqual(["first"]);
  });

  test("no more tools run at once than there are slots", async () => {
    await using harness = await newHarness();
    const step = (n: number) =>
      `  s${n}: { in: { trace: trace }, out: [o], run: ${tool('echo + >> "$0"; sleep 0.1; echo - >> "$0"')} }`;
    const steps = [1, 2, 3, 4, 5].map(step).join("\n");
    const cwl = loadText(
      `cwlVersion: v1.2\nclass: Workflow\ninputs: { trace: string }\noutputs: []\nsteps:\n${steps}\n`,
      "five.cwl",
    );
    expect((await runPackage(harness, cwl, inputsOf(harness))).failure).toBeUndefined();
    let running = 0;
    const most = Math.max(...(await traceOf(harness)).map((line) => (running += line === "+" ? 1 : -1)));
    expect(most).toBe(2);
  });
});
