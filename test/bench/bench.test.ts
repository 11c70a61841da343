import { describe, expect, test } from "bun:test";
import { judge } from "./guard.ts";
import { treeCpu } from "./measure.ts";
import type { Line } from "./row.ts";
import { tableRows, tableText } from "./table.ts";

const subjectOf = (name: string) => ({ name, measure: async () => ({ value: 0 }) });
const samplesOf = (...values: readonly number[]) => values.map((value) => ({ value }));

describe("the ratio of the table says how many times as good a program is as the reference:", () => {
  test.each([
    ["/s", "2.00"],
    ["ms", "0.50"],
  ] as const)("in %s", (unit, ratio) => {
    const line: Line = { work: "work", unit, subjects: [subjectOf("Heddle"), subjectOf("peer")] };
    const [ours, theirs] = line.subjects.map((subject, n) => ({
      subject,
      samples: n === 0 ? samplesOf(10, 30, 20) : samplesOf(10),
    }));
    if (ours === undefined || theirs === undefined) throw new Error("no subjects");
    const rows = tableRows(line, [ours, theirs]);
    expect(rows.map((row) => [row[2], row[3], row[6]])).toEqual([
      [`20.0 ${unit}`, "10.0 to 30.0", ratio],
      [`10.0 ${unit}`, "10.0 to 10.0", "reference"],
    ]);
    expect(tableText(rows, true)).toContain(`| work | Heddle | 20.0 ${unit} | 10.0 to 30.0 |`);
  });
});

test("a cost passes its limit only beyond the tolerance, and one without a limit fails", () => {
  const bound = { limit: 10, tolerance: 1.5 };
  const found = [
    { name: "a", value: 15 },
    { name: "a", value: 15.1 },
    { name: "a", missing: "no strace" },
  ];
  expect(found.map((one) => judge(one, bound).outcome)).toEqual(["passed", "failed", "skipped"]);
  expect(judge({ name: "a", value: 1 }, undefined).outcome).toBe("failed");
});

test("the processor time of a tree has that of children that ended", async () => {
  const before = treeCpu([process.pid]);
  await Bun.spawn(["sh", "-c", "n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done"]).exited;
  expect(treeCpu([process.pid]) - before).toBeGreaterThan(0);
});
