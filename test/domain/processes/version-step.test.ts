import { describe, expect, test } from "bun:test";
import type { InputDefinition } from "../../../src/domain/processes/process.ts";
import { raisedBy, stepOf } from "../../../src/domain/processes/version-step.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";

const input = (schema: JsonObject, more: Partial<InputDefinition> = {}): InputDefinition => ({
  schema,
  minOccurs: 1,
  maxOccurs: 1,
  ...more,
});
const text = { type: "string" };
const optional = { minOccurs: 0 };

/** The step between processes that have one input each, or none. */
function ofInputs(before: InputDefinition | undefined, after: InputDefinition | undefined): string {
  const inputs = (one: InputDefinition | undefined) => (one === undefined ? {} : { one });
  return stepOf({ inputs: inputs(before), outputs: {} }, { inputs: inputs(after), outputs: {} }).kind;
}

describe("a new version", () => {
  const cases: readonly (readonly [string, InputDefinition | undefined, InputDefinition | undefined, string])[] = [
    ["the same", input(text), input(text), "patch"],
    ["other words", input({ ...text, title: "a" }), input({ ...text, title: "b", description: "c" }), "patch"],
    ["an input goes", input(text), undefined, "major"],
    ["a needed input is new", undefined, input(text), "major"],
    ["an input is new", undefined, input(text, optional), "minor"],
    ["an input with a default is new", undefined, input({ ...text, default: "a" }), "minor"],
    ["it need not be given any more", input(text), input(text, optional), "minor"],
    ["it must be given now", input(text, optional), input(text), "major"],
    ["its default goes, and it is needed", input({ ...text, default: "a" }), input(text), "major"],
    ["another default", input({ ...text, default: "a" }), input({ ...text, default: "b" }), "minor"],
    ["another type", input(text), input({ type: "number" }), "major"],
    ["a wider number", input({ type: "integer" }), input({ type: "number" }), "minor"],
    ["a narrower number", input({ type: "number" }), input({ type: "integer" }), "major"],
    ["a higher maximum", input({ type: "number", maximum: 5 }), input({ type: "number", maximum: 6 }), "minor"],
    ["a lower maximum", input({ type: "number", maximum: 5 }), input({ type: "number", maximum: 4 }), "major"],
    ["a new bound", input({ type: "number" }), input({ type: "number", minimum: 0 }), "major"],
    ["a bound goes", input({ type: "number", minimum: 0 }), input({ type: "number" }), "minor"],
    ["one choice more", input({ ...text, enum: ["a"] }), input({ ...text, enum: ["b", "a"] }), "minor"],
    ["one choice less", input({ ...text, enum: ["a", "b"] }), input({ ...text, enum: ["a"] }), "major"],
    ["several values", input(text), input(text, { maxOccurs: "unbounded" }), "minor"],
    ["fewer values", input(text, { maxOccurs: 3 }), input(text, { maxOccurs: 2 }), "major"],
    [
      "of its items",
      input({ type: "array", items: text }),
      input({ type: "array", items: { type: "number" } }),
      "major",
    ],
    ["another unit", input({ type: "number", "x-unit": "m" }), input({ type: "number", "x-unit": "km" }), "major"],
    ["one way less", input(text), input(text, { valuePassing: ["byValue"] }), "major"],
    [
      "a member that is called as words are",
      input({ type: "object", properties: { title: text } }),
      input({ type: "object", properties: { title: { type: "number" } } }),
      "major",
    ],
  ];
  for (const [name, before, after, step] of cases) {
    test(`${name}: ${step}`, () => expect(ofInputs(before, after)).toBe(step));
  }

  test("is judged by its outputs, too, and says the first reason", () => {
    const outputs = { made: { schema: text } };
    const none = { inputs: {}, outputs: {} };
    expect(stepOf({ inputs: {}, outputs }, none)).toEqual({ kind: "major", why: "output made goes away" });
    expect(stepOf(none, { inputs: {}, outputs })).toEqual({ kind: "minor", why: "output made is new" });
    const other = { made: { schema: { type: "number" } }, more: { schema: text } };
    expect(stepOf({ inputs: {}, outputs }, { inputs: {}, outputs: other }).kind).toBe("major");
    expect(stepOf({ inputs: { a: input(text), b: input(text) }, outputs }, none).why).toBe(
      "input a goes away, and 2 more things changed",
    );
  });
});

test("versions are raised at their first, second or last number", () => {
  const raised = (version: string) =>
    (["major", "minor", "patch"] as const).map((kind) => raisedBy({ kind, why: "" }, version));
  expect(raised("1.2.3")).toEqual(["2.0.0", "1.3.0", "1.2.4"]);
  expect(raised("v3.4")).toEqual(["v4.0", "v3.5", "v3.5"]);
  expect(raised("7")).toEqual(["8", "7.1", "8"]);
  expect(raised("latest")).toEqual(["latest.1", "latest.1", "latest.1"]);
  expect(raised("2.0.0-rc1")).toEqual(["3.0.0", "2.0.0-rc2", "2.0.0-rc2"]);
});
