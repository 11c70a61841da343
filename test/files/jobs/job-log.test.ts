import { describe, expect, test } from "bun:test";
import { appendFile, readFile, stat } from "node:fs/promises";
import { appendJobLog, readJobLog, tailJobLog } from "../../../src/files/jobs/job-log.ts";
import { createLayout, executionLogFile } from "../../../src/files/layout.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { executionId, filesRig } from "../support.ts";

async function logRig(text?: string) {
  const rig = await filesRig();
  const file = executionLogFile(rig.layout, executionId);
  if (text !== undefined) await appendFile(file, text);
  return { ...rig, file };
}

const decode = (bytes: Uint8Array | undefined) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

const linesOf = async (file: string, count: number, maxBytes?: number) =>
  (await tailJobLog(file, count, maxBytes))?.lines;

describe("appendJobLog()", () => {
  test("makes a log that only its owner can read, and appends to it", async () => {
    await using directory = await temporaryDirectory();
    const layout = createLayout(directory.path);
    const file = executionLogFile(layout, executionId);
    await appendJobLog(layout, executionId, ["one", "two"]);
    await appendFile(file, "the tool's\n");
    await appendJobLog(layout, executionId, ["three"]);
    expect(await readFile(file, "utf8")).toBe("one\ntwo\nthe tool's\nthree\n");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(layout.outputsDirectory)).mode & 0o777).toBe(0o700);
  });

  test("loses no line of those who begin a log at the same moment", async () => {
    for (let round = 0; round < 20; round += 1) {
      await using directory = await temporaryDirectory();
      const layout = createLayout(directory.path);
      const lines = Array.from({ length: 8 }, (_, index) => `line ${index}`);
      await Promise.all(lines.map((line) => appendJobLog(layout, executionId, [line])));
      const told = (await readFile(executionLogFile(layout, executionId), "utf8")).trim().split("\n");
      expect(told.toSorted()).toEqual(lines);
    }
  });

  test("makes no log for no lines", async () => {
    await using r = await logRig();
    await appendJobLog(r.layout, executionId, []);
    expect(await Bun.file(r.file).exists()).toBe(false);
  });

  test("tells when the log cannot be written", async () => {
    await using r = await filesRig();
    const blocked = createLayout(r.layout.dataDirectory, await r.make("in-the-way"));
    expect(appendJobLog(blocked, executionId, ["x"])).rejects.toThrow("ENOTDIR");
  });
});

describe("readJobLog()", () => {
  test("reads a page from an offset on", async () => {
    await using r = await logRig("0123456789");
    const page = await readJobLog(r.file, { offset: 3, limit: 4 });
    expect(page).toEqual({ bytes: Buffer.from("3456"), offset: 3, nextOffset: 7, sizeBytes: 10 });
  });

  test("reads nothing at the end and beyond it", async () => {
    await using r = await logRig("0123");
    for (const offset of [4, 99]) {
      expect(await readJobLog(r.file, { offset, limit: 4 })).toMatchObject({ offset: 4, nextOffset: 4, sizeBytes: 4 });
    }
  });

  test("goes through a log page by page without cutting a character", async () => {
    const text = "aé€😀\n".repeat(20);
    await using r = await logRig(text);
    for (const limit of [4, 5, 7, 11]) {
      let offset = 0;
      let read = "";
      for (;;) {
        const page = await readJobLog(r.file, { offset, limit });
        if (page === undefined || page.nextOffset === offset) break;
        read += decode(page.bytes);
        offset = page.nextOffset;
      }
      expect(read).toBe(text);
    }
  });

  test("gives on bytes that are no text at all", async () => {
    await using r = await logRig();
    await appendFile(r.file, new Uint8Array([0x80, 0x80, 0x80, 0x80, 0xff, 0xc3]));
    const page = await readJobLog(r.file, { offset: 0, limit: 100 });
    expect(page?.nextOffset).toBe(5);
    expect((await readJobLog(r.file, { offset: 5, limit: 100 }))?.nextOffset).toBe(6);
  });

  test("gives nothing for a log that is not there", async () => {
    await using r = await logRig();
    expect(await readJobLog(r.file, { offset: 0, limit: 1 })).toBeUndefined();
  });
});

describe("tailJobLog()", () => {
  test("gives the last lines, with or without a line end after the last", async () => {
    await using r = await logRig("one\ntwo\nthree");
    expect(await linesOf(r.file, 2)).toEqual(["two", "three"]);
    await appendFile(r.file, "\n");
    expect(await linesOf(r.file, 2)).toEqual(["two", "three"]);
    expect(await linesOf(r.file, 9)).toEqual(["one", "two", "three"]);
    expect(await linesOf(r.file, 0)).toEqual([]);
  });

  test("reads a long log from its end", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} é€😀`);
    await using r = await logRig(`${lines.join("\n")}\n`);
    expect(await linesOf(r.file, 3)).toEqual(lines.slice(-3));
    expect(await linesOf(r.file, 5000)).toEqual(lines.slice(-5000));
  });

  test("reads no more than its limit of a line without end", async () => {
    await using r = await logRig("x".repeat(100_000));
    expect(await linesOf(r.file, 5, 1000)).toEqual(["x".repeat(1000)]);
  });

  test("tells where its whole lines end, and gives nothing for a log that is not there", async () => {
    await using r = await logRig();
    expect(await tailJobLog(r.file, 5)).toBeUndefined();
    await appendFile(r.file, "one\ntw");
    expect(await tailJobLog(r.file, 5)).toEqual({ lines: ["one", "tw"], sizeBytes: 6, wholeBytes: 4 });
  });
});
