import { expect, test } from "bun:test";
import * as v from "valibot";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { type RunSettings, RunSettingsSchema } from "../../../src/domain/jobs/run-settings.ts";
import type { Executor, TaskEnd } from "../../../src/executors/executor.ts";
import { createHarness, follow, memoryRecord, prepare, textOf } from "../harness.ts";

const tool = loadText(
  `cwlVersion: v1.2
class: CommandLineTool
requirements: { ResourceRequirement: { ramMin: 100, ramMax: 150 }, ToolTimeLimit: { timelimit: 30 }, InlineJavascriptRequirement: {} }
baseCommand: echo
arguments: [$(runtime.ram)]
inputs: {}
outputs: { said: stdout }
`,
  "tool.cwl",
);

/** An executor whose first tries end as it is told, and what its tasks were held to. */
function endingAs(ends: readonly TaskEnd[]) {
  const limits: (readonly [number | undefined, number | undefined])[] = [];
  const around = (real: Executor): Executor => ({
    ...real,
    submit: (task, signal) => {
      limits.push([task.limits?.memoryMebibytes, task.limits?.seconds]);
      return real.submit(task, signal);
    },
    ended: async (key, signal) => {
      const end = await real.ended(key, signal);
      return ends[key.try - 1] ?? end;
    },
  });
  return { limits, around };
}

async function run(ends: readonly TaskEnd[], retries: RunSettings["retries"]) {
  const { limits, around } = endingAs(ends);
  await using harness = await createHarness({ around });
  const record = memoryRecord();
  const prepared = { ...prepare(tool, {}), ...(retries === undefined ? {} : { retries }) };
  await harness.engine.start(prepared, harness.engine.plan(prepared), record);
  const ran = await follow(harness.engine, prepared, record);
  const said = ran.failure === undefined ? await textOf(ran.outputs, "said") : "";
  return { ran, limits, said };
}

const noMemory: TaskEnd = { kind: "failed", reason: "it used too much", cause: "OUT_OF_MEMORY" };
const pastTime: TaskEnd = { kind: "stopped", at: { limit: "seconds", found: 30 } };
const nodeFailed: TaskEnd = { kind: "lost", reason: "its node failed", cause: "NODE_FAIL" };

test("a tool gets more memory and time after the causes that its process names", async () => {
  const { ran, limits, said } = await run([noMemory, pastTime, noMemory], {
    OUT_OF_MEMORY: { times: 2, memoryFactor: 2 },
    TIMEOUT: { times: 1, timeFactor: 1.5 },
  });
  expect(ran.failure).toBeUndefined();
  expect(limits).toEqual([
    [150, 30],
    [300, 30],
    [300, 45],
    [600, 45],
  ]);
  expect(said).toBe("400\n");
  expect(ran.warnings.join("\n")).toContain("again after OUT_OF_MEMORY (2 of 2), with 4 times the memory");
});

test("a tool is given up after as many tries as its process allows, and without a word of it after the first", async () => {
  const allowed = await run([noMemory, noMemory], { OUT_OF_MEMORY: { times: 1, memoryFactor: 2 } });
  expect(allowed.ran.failure?.message).toContain("it used too much; 2 tries were made");
  expect(allowed.limits).toHaveLength(2);
  const plain = await run([noMemory], { TIMEOUT: { times: 1 } });
  expect(plain.ran.failure?.message).toContain("it used too much");
  expect(plain.limits).toHaveLength(1);
});

test("a failed node does not count among the lost tries when its process names it", async () => {
  const ends = [nodeFailed, nodeFailed, nodeFailed, nodeFailed];
  expect((await run(ends, { NODE_FAIL: { times: 5 } })).ran.failure).toBeUndefined();
  expect((await run(ends, undefined)).ran.failure?.message).toContain("found 3 tries lost");
});

test("a restarted server goes on with the try that follows, and does not ask for the ones before", async () => {
  const { limits, around } = endingAs([noMemory]);
  await using harness = await createHarness({ around });
  const record = memoryRecord();
  const retries = { OUT_OF_MEMORY: { times: 1, memoryFactor: 2 } };
  const prepared = { ...prepare(tool, {}), retries };
  const kept = new Map([
    ["[0]#retries", { executionId: prepared.executionId, retried: [{ try: 1, cause: "OUT_OF_MEMORY" }] }],
  ]);
  await harness.engine.adopt(prepared, harness.engine.plan(prepared), kept, record);
  const ran = await follow(harness.engine, prepared, record);
  expect(ran.failure).toBeUndefined();
  expect(limits).toEqual([[300, 30]]);
});

test.each([
  [{ OUT_OF_MEMORY: { times: 0 } }, "a whole number from 1 to 10"],
  [{ TIMEOUT: { times: 1, timeFactor: 17 } }, "a number from 1 to 16"],
  [{ CANCELLED: { times: 1 } }, "CANCELLED"],
])("retries that say %j are refused", (retries, wanted) => {
  const outcome = v.safeParse(RunSettingsSchema, { retries });
  expect(JSON.stringify(outcome.issues?.map(({ message }) => message))).toContain(wanted);
});
