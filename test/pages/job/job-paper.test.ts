import { expect, test } from "bun:test";
import type { ResultItem } from "../../../src/domain/documents/result-view.ts";
import { PrintedResults, PrintedStages, printedLines } from "../../../src/pages/job/job-paper.tsx";

const textOf = (node: unknown) =>
  String(node)
    .replaceAll(/<[^>]*>/g, "|")
    .replaceAll(/\|+/g, "|");
const url = "http://server/jobs/j1";

test("paper lists twenty results by their digests and counts the others", () => {
  const file = (name: string): ResultItem => ({ name, type: "text/csv", length: 5, sha256: `d-${name}` });
  const items = Array.from({ length: 23 }, (_, at) => file(`f${at}`));
  const html = String(PrintedResults({ results: [{ outputId: "<all>", items, notListed: 4 }], url }));
  expect(html.match(/<tr>/g)).toHaveLength(21);
  expect(html).toContain("&lt;all&gt;");
  expect(html).toContain("d-f19");
  expect(html).not.toContain("d-f20");
  expect(html).toContain(
    "And 7 more. All of them, with what is in them, are printed from http://server/jobs/j1/results?f=html; http://server/jobs/j1/results?f=zip has the files.",
  );
  const few = String(
    PrintedResults({ results: [{ outputId: "n", items: [{ name: "n", value: "x".repeat(200) }] }], url }),
  );
  expect(few).toContain(`&quot;${"x".repeat(79)}…`);
  expect(few).not.toContain("more.");
});

test("paper tells the stages in one line, each word once in a row", () => {
  const entry = (second: number, stage: string) => {
    const at = `2026-01-02T03:04:0${second}.000Z`;
    return { at, status: "running", stage, progress: second, message: "" };
  };
  const entries = [entry(1, "setup"), entry(2, "monitorStart"), entry(3, "monitorLoop"), entry(4, "done")];
  expect(textOf(PrintedStages({ entries }))).toBe(
    "|2026-01-02 03:04:01 UTC|: Preparing → Running → Done, |2026-01-02 03:04:04 UTC|",
  );
  expect(PrintedStages({ entries: [] })).toBeNull();
});

test("paper has the last twenty lines of a log", () => {
  const log = Array.from({ length: 25 }, (_, at) => `line ${at}`);
  const { before, last } = printedLines(log);
  expect([before.length, last.length, last[0]]).toEqual([5, 20, "line 5"]);
  expect(printedLines(["a"])).toEqual({ before: [], last: ["a"] });
});
