import { describe, expect, test } from "bun:test";
import { sizesAlike } from "../../../src/pages/shared/one-unit.ts";

describe("figures beside one another have one unit, that of the larger one, and digits enough for the smaller one:", () => {
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
