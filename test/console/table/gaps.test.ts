import { describe, expect, test } from "bun:test";
import { areDays, withGaps } from "../../../src/console/table/gaps.ts";

const day = 86_400;
const pointsAt = (...places: readonly number[]) => places.map((at) => [at, 1] as const);
const gapsOf = (...places: readonly number[]) =>
  withGaps(pointsAt(...places)).flatMap(([at, value]) => (value === null ? [at] : []));
const months = (...numbers: readonly number[]) => numbers.map((month) => Date.UTC(2024, month, 1) / 1000);

describe("a curve has a gap", () => {
  const cases: readonly [string, readonly number[], readonly number[]][] = [
    ["where one day of days is missing", [1, 2, 3, 5, 6].map((at) => at * day), [4 * day]],
    ["where a week of days is missing", [1, 2, 3, 4, 11, 12].map((at) => at * day), [5 * day]],
    ["at each place of two", [1, 2, 3, 5, 6, 7, 9].map((at) => at * day), [4 * day, 8 * day]],
    ["nowhere in whole days", [1, 2, 3, 4].map((at) => at * day), []],
    ["nowhere in whole months", months(0, 1, 2, 3, 4, 5), []],
    ["where an hour of hours is missing", [0, 3600, 7200, 14_400], [10_800]],
    ["nowhere in what has no usual step", [0, 1, 5, 30, 31, 90], []],
    ["nowhere in two points", [0, day], []],
    ["nowhere in one point", [0], []],
    ["nowhere where places come twice", [1, 1, 2, 2, 3, 3].map((at) => at * day), []],
  ];
  test.each(cases)("%s", (_, places, gaps) => {
    expect(gapsOf(...places)).toEqual([...gaps]);
  });

  test("in months, once where two are missing", () => {
    expect(gapsOf(...months(0, 1, 2, 3, 6, 7, 8))).toHaveLength(1);
  });
});

test("days are told from times within them", () => {
  expect([areDays(pointsAt(0, day)), areDays(pointsAt(0, day + 3600)), areDays([])]).toEqual([true, false, false]);
});
