import { expect, test } from "bun:test";
import { durationCell, durationRange, spanOf } from "../../src/store/job-index/columns.ts";

const seconds = [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 3599, 3600, 86_400, 10_000_000, 999_999_999];

test("a cell lies in a range of seconds when the duration does", () => {
  for (const one of seconds) {
    for (const milliseconds of [one * 1000 - 1, one * 1000, one * 1000 + 1, one * 1000 + 999]) {
      const cell = durationCell(milliseconds);
      for (const least of seconds) {
        for (const most of [...seconds, undefined]) {
          const range = durationRange(least, most);
          const isWithin = milliseconds >= least * 1000 && milliseconds <= (most ?? Infinity) * 1000;
          const found = cell >= range.least && cell <= range.most;
          expect({ milliseconds, least, most, found }).toEqual({ milliseconds, least, most, found: isWithin });
          // A group is passed over by its classes alone: never one that has a job of the range.
          if (isWithin) expect(BigInt(spanOf([cell]).classes) & BigInt(range.classes)).not.toBe(0n);
        }
      }
    }
  }
});

test("a job without a start, or one that a clock set back let end before it, lies in no range", () => {
  const range = durationRange();
  for (const cell of [durationCell(undefined), durationCell(-1)]) expect(cell).toBeLessThan(range.least);
  expect(spanOf([durationCell(undefined)])).toEqual({ least: 2 ** 32 - 1, most: 0, classes: 0 });
});

test("a span is that of the durations among some cells", () => {
  const cells = [durationCell(5000), durationCell(undefined), durationCell(3000), durationCell(3600_000)];
  const { least, most, classes } = spanOf(cells);
  expect([least, most]).toEqual([durationCell(3000), durationCell(3600_000)]);
  expect(classes.toString(2).replaceAll("0", "")).toBe("111");
});

test("the classes of all durations fit the integers that a row can hold", () => {
  expect(durationRange().classes).toBe(Number.MAX_SAFE_INTEGER);
  expect(durationCell(Number.MAX_SAFE_INTEGER)).toBe(2 ** 32 - 1);
});
