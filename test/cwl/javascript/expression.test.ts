import { expect, test } from "bun:test";
import { holdsScript } from "../../../src/cwl/document/load/template.ts";
import { evaluate, evaluateString, type Scope } from "../../../src/cwl/javascript/expression.ts";
import { atStep, CwlFailure } from "../../../src/cwl/values/failure.ts";
import type { JobFailure } from "../../../src/domain/jobs/job.ts";

const scope: Scope = {
  inputs: { name: "Ada", list: [1, 2, 3], file: { class: "File", basename: "a.txt", "odd key": 7 }, none: null },
  self: ["s"],
  runtime: { cores: 2 },
  version: "v1.2",
};

test("a reference alone keeps its type", () => {
  expect(evaluate("$(inputs.list)", scope)).toEqual([1, 2, 3]);
  expect(evaluate("  $(runtime.cores)\n", scope)).toBe(2);
});

test("references among text are written as text", () => {
  expect(evaluate("Dear $(inputs.name), $(inputs.list) and $(inputs.none)", scope)).toBe(
    "Dear Ada, [1, 2, 3] and null",
  );
});

test("segments may be names, quoted names, indexes and length", () => {
  expect(evaluate("$(inputs['file'][\"odd key\"])", scope)).toBe(7);
  expect(evaluate("$(inputs.list[1])", scope)).toBe(2);
  expect(evaluate("$(inputs.list.length)", scope)).toBe(3);
  expect(evaluate("$(self[0])", scope)).toBe("s");
  expect(evaluate("$(null)", scope)).toBeNull();
});

test("a reference to nothing fails and names the part that is missing", () => {
  expect(() => evaluate("$(inputs.file.size)", scope)).toThrow('found nothing at "size"');
  expect(() => evaluate("$(inputs.constructor)", scope)).toThrow('found nothing at "constructor"');
  expect(() => evaluate("$(inputs.list[9])", scope)).toThrow('found nothing at "9"');
});

test("escaped expressions are text", () => {
  expect(evaluate("\\$(inputs.name) $(inputs.name)", scope)).toBe("$(inputs.name) Ada");
  expect(evaluate("\\\\$(inputs.name)", scope)).toBe("\\Ada");
});

test("text without an expression stays as it is, backslashes too", () => {
  expect(evaluate('printf "\\\\n" \\', scope)).toBe('printf "\\\\n" \\');
});

test("JavaScript is told apart from references", () => {
  expect(holdsScript("$(inputs.name + 1)")).toBe(true);
  expect(holdsScript("$" + "{ return 1; }")).toBe(true);
  expect(holdsScript("$(other.name)")).toBe(true);
  expect(holdsScript("$(inputs['a)b'])")).toBe(false);
});

test("an expression that fails is a fault of its package, also where a step names it", () => {
  const javascript = () => {
    throw new CwlFailure("it threw ReferenceError: nope is not defined");
  };
  const cases: readonly [string, Scope][] = [
    ["$(inputs.file.size)", scope],
    ["$(nope + 1)", scope],
    ["$(nope)", { ...scope, javascript }],
    ["$" + "{ return nope; }", { ...scope, javascript }],
    ["a $(nope) b", { ...scope, javascript }],
  ];
  for (const [template, given] of cases) {
    const told = failureOf(() => evaluate(template, given));
    expect([template, told]).toMatchObject([template, { step: "one", isPackageFault: true }]);
  }
  expect(failureOf(() => evaluateString("$(inputs.list)", scope, "glob"))).toMatchObject({ isPackageFault: true });
});

function failureOf(work: () => unknown): JobFailure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return atStep(error, "one").failure;
  }
}
