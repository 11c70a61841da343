import { describe, expect, test } from "bun:test";
import {
  durationCell,
  durationRange,
  keepInRange,
  slicesOf,
  spanOf,
  withDurations,
} from "../../src/store/job-index/durations.ts";
import {
  addNumbers,
  blockSize,
  emptySet,
  membersInOrder,
  type NumberSet,
} from "../../src/store/job-index/number-sets.ts";

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

describe("the durations of a block", () => {
  const block = 3;
  const numberAt = (place: number) => block * blockSize + place;
  /** Some of hours, many of seconds, some of none. */
  const cellAt = (place: number) => (place % 7 === 0 ? 0 : (place * 7919) % (place % 5 === 0 ? 200_003 : 61));
  const cells = new Map(Array.from({ length: blockSize }, (_, place) => [numberAt(place), cellAt(place)]));
  const inTwo = [0, 1].map((half) => new Map([...cells].filter(([number]) => number % 2 === half)));
  const slices = inTwo.reduce(withDurations, slicesOf(undefined));

  function found(from: NumberSet, least: number, most: number, stored = slices): readonly number[] {
    const set = { ...from, bits: from.bits.slice() };
    keepInRange(set, block, slicesOf(stored.buffer), { least, most, classes: 0 });
    return membersInOrder(set, false, blockSize * 3);
  }

  function setOf(numbers: readonly number[]): NumberSet {
    const set = emptySet(block - 1, 3);
    addNumbers(set, numbers);
    return set;
  }

  test("tell which of some jobs lie in a range, and nothing of other blocks", () => {
    const others = [numberAt(-1), numberAt(blockSize)];
    for (const some of [[...cells.keys()], [...cells.keys()].filter((number) => number % 11 === 0)]) {
      const set = setOf([...some, ...others]);
      for (const least of [1, 2, 17, 58, 60, 4000, 199_999, 300_000, 2 ** 32]) {
        for (const most of [1, 2, 17, 59, 60, 131_071, 131_072, 200_000, 2 ** 32 - 1]) {
          const within = some.filter((number) => {
            const cell = cells.get(number) ?? 0;
            return cell >= least && cell <= most;
          });
          expect(found(set, least, most).filter((number) => !others.includes(number))).toEqual(within);
          expect(found(set, least, most)).toEqual(expect.arrayContaining(others));
        }
      }
    }
  });

  test("are in no range where nothing is stored", () => {
    expect(found(setOf([...cells.keys()]), 1, 2 ** 32 - 1, slicesOf(undefined))).toEqual([]);
  });

  test("change with those of a job, and are gone when all of them are", () => {
    const [one, other] = [numberAt(1), numberAt(2)];
    const changed = withDurations(
      slices,
      new Map([
        [one, 2 ** 32 - 1],
        [other, 0],
      ]),
    );
    const set = setOf([one, other, numberAt(3)]);
    expect(found(set, 2 ** 32 - 1, 2 ** 32 - 1, changed)).toEqual([one]);
    expect(found(set, 1, 2 ** 32 - 2, changed)).toEqual([numberAt(3)]);
    const none = withDurations(changed, new Map([...cells.keys()].map((number) => [number, 0])));
    expect(none.every((word) => word === 0)).toBeTrue();
  });
});
