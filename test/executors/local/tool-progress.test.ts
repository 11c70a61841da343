import { describe, expect, test } from "bun:test";
import { noToolProgress, readToolProgress, type ToolProgress } from "../../../src/executors/local/tool-progress.ts";

function readAll(pieces: Iterable<string>): readonly ToolProgress[] {
  let state = noToolProgress;
  const told: ToolProgress[] = [];
  for (const piece of pieces) {
    const read = readToolProgress(state, piece);
    state = read.state;
    told.push(...read.told);
  }
  return told;
}

describe("readToolProgress()", () => {
  test("reads percent and message of a PROGRESS line", () => {
    expect(readAll(["PROGRESS 42 half way there\n"])).toEqual([{ percent: 42, message: "half way there" }]);
  });

  test("reads a PROGRESS line without a message, with a fraction or a percent sign", () => {
    expect(readAll(["PROGRESS 7\nPROGRESS 12.5 %\nPROGRESS 100% done\n"])).toEqual([
      { percent: 7 },
      { percent: 12.5 },
      { percent: 100, message: "done" },
    ]);
  });

  test("reads a line that is a percentage and nothing else", () => {
    expect(readAll(["5%\n40 %\r 62.5 % \n\t100 %\r\n"])).toEqual([
      { percent: 5 },
      { percent: 40 },
      { percent: 62.5 },
      { percent: 100 },
    ]);
    expect(readAll(["40 ", "%", "\n"])).toEqual([{ percent: 40 }]);
    const others = ["50 % of the area is cloud", "cloud: 50 %", "50  %", "-5 %", "101 %", "1e2 %", "5 %%", "%", "40"];
    for (const other of others) expect(readAll([`${other}\n`])).toEqual([]);
  });

  test("waits for the end of a PROGRESS line", () => {
    expect(readAll(["PROGR", "ESS 4"])).toEqual([]);
    expect(readAll(["PROGR", "ESS 4", "2 on", "ward\nmore"])).toEqual([{ percent: 42, message: "onward" }]);
  });

  test("ignores other text, and percents that cannot be", () => {
    expect(readAll(["no PROGRESS 5 here\nPROGRESS 101\nPROGRESS x\nPROGRESSIVE 5\n0...\n"])).toEqual([]);
  });

  test("reads the bar of GDAL byte by byte, without line ends", () => {
    const bar = "0...10...20...30...40...50...60...70...80...90...100 - done.\n";
    const percents = readAll(bar).map(({ percent }) => percent);
    expect(percents[0]).toBe(10);
    expect(percents).toEqual([...Array(37).keys()].map((tick) => 10 + tick * 2.5));
  });

  test("tells the same whether a text comes whole or in pieces", () => {
    const text =
      "Input file size is 10, 10\nProcessing a.tif [1/1] : 0...10...20...30.\nPROGRESS 55 next\r0...10...100";
    const last = (told: readonly ToolProgress[]) => told.at(-1);
    expect(last(readAll([text]))).toEqual(last(readAll(text)));
    expect(readAll(text)).toContainEqual({ percent: 32.5 });
    expect(readAll([text])).toContainEqual({ percent: 55, message: "next" });
  });

  test("starts a new bar after a line end", () => {
    expect(readAll(["0...10...20", "\n", "0...10"])).toEqual([{ percent: 20 }, { percent: 10 }]);
  });

  test("keeps no more of an endless line than it needs", () => {
    const { state } = readToolProgress(noToolProgress, "x".repeat(1_000_000));
    expect(state.line.length).toBeLessThan(5000);
  });
});
