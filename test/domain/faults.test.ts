import { describe, expect, test } from "bun:test";
import { faultsText, found, refusal } from "../../src/domain/faults.ts";

test("the password of a URL that was found is not told", () => {
  expect(found("http://ann:secret@host/a")).toBe('"http://ann:***@host/a"');
  expect(found({ href: `http://ann:${"s".repeat(500)}@host/a` })).toBe('{"href":"http://ann:***@host/a"}');
  expect(found("http://host/a:b@c")).toBe('"http://host/a:b@c"');
});

describe("what was found is told shortly", () => {
  const whole = (value: unknown) => {
    const text = JSON.stringify(value);
    return text.length <= 80 ? text : `${text.slice(0, 80)}...`;
  };
  const values: readonly unknown[] = [
    null,
    true,
    5,
    "text",
    "x".repeat(78),
    "x".repeat(79),
    "x".repeat(500),
    '"'.repeat(100),
    [],
    {},
    [[[]]],
    Array.from({ length: 39 }, () => 1),
    Array.from({ length: 40 }, () => 1),
    Array.from({ length: 41 }, () => 1),
    Array.from({ length: 1000 }, (_, index) => ({ index })),
    { a: "x".repeat(100), b: 1 },
    Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index])),
    { ["n".repeat(200)]: 1 },
    { a: { b: { c: ["d".repeat(90)] } } },
  ];
  test("as if all of it had been written", () => {
    for (const value of values) expect(found(value)).toBe(whole(value));
    expect(found(undefined)).toBe("nothing");
  });
});

test("faults are the first hundred, and a count", () => {
  const faults = Array.from({ length: 1234 }, (_, index) => ({ pointer: `/inputs/${index}`, detail: "wrong" }));
  expect(faultsText(faults.slice(0, 2))).toBe("/inputs/0: wrong; /inputs/1: wrong");
  expect(faultsText([{ pointer: "", detail: "wrong" }])).toBe("the body: wrong");
  const problem = refusal("execute", faults);
  expect(problem.faults).toHaveLength(100);
  expect(problem.message).toEndWith("/inputs/99: wrong; and 1134 more");
});
