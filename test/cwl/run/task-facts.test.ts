import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { createProgress } from "../../../src/cwl/run/progress.ts";
import { factsOfRun } from "../../../src/cwl/run/task-facts.ts";
import { createLayout } from "../../../src/files/layout.ts";

const text = "{cwlVersion: v1.2, class: CommandLineTool, id: t, baseCommand: 'true', inputs: {}, outputs: {}}";

test("the wait for a place to run is no work: a task begins with its first try, and says since when it was ready", async () => {
  const directory = await mkdtemp(join(tmpdir(), "facts-"));
  try {
    const [process] = loadText(text, "t.cwl").cwl.processes.values();
    if (process === undefined) throw new Error("found no process");
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const signal = new AbortController().signal;
    const prepared = { executionId: "e", inputs: {} };
    const book = factsOfRun({ layout: createLayout(directory), logger }, prepared, signal, new Map());
    const around = { requirements: {}, hints: {} };
    const part = { process, path: "count", isPart: true, around, inputs: {}, progress: createProgress(() => {}) };
    const [waits, starts] = [
      { ...part, shard: 1 },
      { ...part, shard: 0 },
    ];
    book.begins(starts, 1000);
    await book.end(starts, { kind: "tool", startedAt: 1000, endedAt: 13_000 });
    book.begins(waits, 13_100);
    // The next try of what was lost.
    book.begins(waits, 20_000);
    await book.end(waits, { kind: "tool", startedAt: 1000, endedAt: 25_100 });
    expect(book.take().map(({ step, readyAt, startedAt, endedAt }) => [step, readyAt, startedAt, endedAt])).toEqual([
      ["count[0]", undefined, 1000, 13_000],
      ["count[1]", 1000, 13_100, 25_100],
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
