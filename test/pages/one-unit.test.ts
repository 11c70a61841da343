import { describe, expect, test } from "bun:test";
import { durationsAlike, sizesAlike } from "../../src/pages/one-unit.ts";

describe("figures beside one another have one unit, that of the larger one, and digits enough for the smaller one:", () => {
  test.each([
    [
      [0.34, 0.02],
      ["340 ms", "20 ms"],
    ],
    [
      [0.34, 0.0001],
      ["340 ms", "less than 1 ms"],
    ],
    [
      [0, 0],
      ["0 ms", "0 ms"],
    ],
    [
      [0.9, 0],
      ["900 ms", "0 ms"],
    ],
    [
      [3.2, 0.04],
      ["3.200 s", "0.040 s"],
    ],
    [
      [3.2, 0.5],
      ["3.20 s", "0.50 s"],
    ],
    [
      [12, 3.25],
      ["12.0 s", "3.3 s"],
    ],
    [
      [45, 12],
      ["45 s", "12 s"],
    ],
    [
      [12, 0.0001],
      ["12.000 s", "less than 0.001 s"],
    ],
    [
      [125, 5],
      ["2 min 5.0 s", "0 min 5.0 s"],
    ],
    [
      [125, 40],
      ["2 min 5 s", "0 min 40 s"],
    ],
    [
      [119.9, 60],
      ["2 min 0 s", "1 min 0 s"],
    ],
    [
      [3800, 45],
      ["1 h 3 min 20 s", "0 h 0 min 45 s"],
    ],
    [
      [7300, 3700],
      ["2 h 1 min", "1 h 1 min"],
    ],
    [
      [7300, 0],
      ["2 h 1 min", "0 h 0 min"],
    ],
  ] as const)("times of %j seconds", ([a, b], words) => {
    const one = durationsAlike([a, b, undefined]);
    expect([one(a), one(b)]).toEqual([...words]);
  });

  test.each([
    [
      [5000, 300],
      ["5.00 kB", "0.30 kB"],
    ],
    [
      [5_300_000, 5_300_000],
      ["5.3 MB", "5.3 MB"],
    ],
    [
      [5_300_000, 420_000],
      ["5.30 MB", "0.42 MB"],
    ],
    [
      [3_000_000, 12],
      ["3,000.000 kB", "0.012 kB"],
    ],
    [
      [3_000_000_000, 1],
      ["3,000,000,000 bytes", "1 byte"],
    ],
    [
      [999, 1],
      ["999 bytes", "1 byte"],
    ],
    [
      [1, 1],
      ["1 byte", "1 byte"],
    ],
    [
      [0, 0],
      ["0 bytes", "0 bytes"],
    ],
    [
      [5000, 0],
      ["5.0 kB", "0 kB"],
    ],
    [
      [250_000, 120_000],
      ["250 kB", "120 kB"],
    ],
    [
      [2_000_000_000_000, 1_500_000_000_000],
      ["2.0 TB", "1.5 TB"],
    ],
  ] as const)("sizes of %j bytes", ([a, b], words) => {
    const one = sizesAlike([a, b, undefined]);
    expect([one(a), one(b)]).toEqual([...words]);
  });
});
