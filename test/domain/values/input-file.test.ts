import { expect, test } from "bun:test";
import { readInputFile } from "../../../src/domain/values/input-file.ts";

test("inputs in a list, each with its id: one that stands there several times is a list", () => {
  const inputs = [
    { id: "a", value: 1 },
    { id: "b", href: "https://example.org/b" },
    { id: "a", value: 2 },
  ];
  expect(readInputFile({ inputs }, ["a", "b"], "job.yml")).toEqual({
    inputs: { a: [{ value: 1 }, { value: 2 }], b: { href: "https://example.org/b" } },
    extras: {},
    left: [],
  });
});

test("an input that stands in a list very often takes time that grows with its times", () => {
  const timeOf = (count: number) => {
    const inputs = Array.from({ length: count }, (_, value) => ({ id: "a", value }));
    const started = performance.now();
    const read = readInputFile({ inputs }, ["a"], "job.yml");
    expect(read.inputs.a).toHaveLength(count);
    return performance.now() - started;
  };
  timeOf(1000);
  // Time that grows with the square of it would be half a minute.
  expect(timeOf(60_000)).toBeLessThan(2000);
});
