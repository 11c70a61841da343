import { describe, expect, test } from "bun:test";
import { parsePrefer } from "../../src/wire/prefer.ts";

describe("parsePrefer() reads", () => {
  const cases: readonly [string | null, ReturnType<typeof parsePrefer>][] = [
    [null, { respondAsync: false }],
    ["", { respondAsync: false }],
    ["respond-async", { respondAsync: true }],
    ["  RESPOND-ASYNC  ", { respondAsync: true }],
    ["respond-async, wait=5", { respondAsync: true, waitSeconds: 5 }],
    ["wait = 10", { respondAsync: false, waitSeconds: 10 }],
    ["wait=10s", { respondAsync: false }],
    ["wait=3.5", { respondAsync: false }],
    ["wait=1, wait=9", { respondAsync: false, waitSeconds: 1 }],
    ["return=minimal", { respondAsync: false, return: "minimal" }],
    ['return="representation"; foo', { respondAsync: false, return: "representation" }],
    ["return=everything", { respondAsync: false }],
    ['profile="a,respond-async"', { respondAsync: false }],
  ];
  test.each(cases)("%p", (header, wanted) => {
    expect(parsePrefer(header)).toEqual(wanted);
  });
});
