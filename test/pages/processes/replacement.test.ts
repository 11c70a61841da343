import { describe, expect, test } from "bun:test";
import type { InputDefinition, OutputDefinition } from "../../../src/domain/processes/process.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { Replacement } from "../../../src/pages/processes/replacement.tsx";
import { processOf } from "../../http/service.ts";

const process = (inputs: Record<string, InputDefinition>, outputs: Record<string, OutputDefinition> = {}) =>
  processOf({
    id: "p",
    version: "1.0.0",
    jobControlOptions: ["async-execute"],
    outputTransmission: ["value"],
    inputs,
    outputs,
  });

const input = (schema: InputDefinition["schema"], others: Partial<InputDefinition> = {}): InputDefinition => ({
  schema,
  minOccurs: 1,
  maxOccurs: 1,
  ...others,
});

function told(before: ReturnType<typeof process>, after: ReturnType<typeof process>): string {
  return String(Replacement({ before, after }))
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"');
}

const file = (type: string) => ({ type: "string", contentMediaType: type });
type Row = readonly [string, InputDefinition, InputDefinition, string, boolean];

const rows: readonly Row[] = [
  [
    "a default",
    input({ type: "integer", default: 10 }),
    input({ type: "integer", default: 20 }),
    "default: was 10, is 20.",
    false,
  ],
  [
    "a default that goes",
    input({ type: "integer", default: 10 }),
    input({ type: "integer" }),
    "was: integer, optional; is: integer, required; default: was 10, is none.",
    true,
  ],
  [
    "a default that comes",
    input({ type: "string" }),
    input({ type: "string", default: "a" }),
    "was: string, required; is: string, optional; default: was none, is a.",
    false,
  ],
  [
    "a lower bound",
    input({ type: "number", minimum: 1 }),
    input({ type: "number", minimum: 2 }),
    "at least: was 1, is 2.",
    true,
  ],
  [
    "a wider bound",
    input({ type: "number", minimum: 2 }),
    input({ type: "number", minimum: 1 }),
    "at least: was 2, is 1.",
    false,
  ],
  [
    "an upper bound",
    input({ type: "number", maximum: 9 }),
    input({ type: "number" }),
    "at most: was 9, is none.",
    false,
  ],
  [
    "a bound that comes",
    input({ type: "number" }),
    input({ type: "number", maximum: 9 }),
    "at most: was none, is 9.",
    true,
  ],
  [
    "a pattern",
    input({ type: "string", pattern: "a" }),
    input({ type: "string", pattern: "b" }),
    "pattern: was a, is b.",
    true,
  ],
  ["choices", input({ enum: ["a", "b"] }), input({ enum: ["b", "c"] }), "choices: new c, no more a.", true],
  ["a new choice", input({ enum: ["a"] }), input({ enum: ["a", "b"] }), "choices: new b.", false],
  [
    "media types",
    input(file("text/csv")),
    input({ oneOf: [file("text/csv"), file("text/html")] }),
    "media types: new text/html.",
    false,
  ],
  [
    "another media type",
    input(file("image/tiff")),
    input(file("image/png")),
    "media types: new image/png, no more image/tiff.",
    true,
  ],
  [
    "a type",
    input({ type: "integer" }),
    input({ type: "string" }),
    "was: integer, required; is: string, required.",
    true,
  ],
  [
    "a wider type",
    input({ type: "integer" }),
    input({ type: "number" }),
    "was: integer, required; is: number, required.",
    false,
  ],
  [
    "optional",
    input({ type: "string" }),
    input({ type: "string" }, { minOccurs: 0 }),
    "was: string, required; is: string, optional.",
    false,
  ],
  [
    "fewer occurrences",
    input({ type: "string" }, { maxOccurs: "unbounded" }),
    input({ type: "string" }, { maxOccurs: 3 }),
    "was: string, 1 or more; is: string, 1 to 3.",
    true,
  ],
  [
    "more occurrences",
    input({ type: "string" }, { minOccurs: 2, maxOccurs: 3 }),
    input({ type: "string" }, { minOccurs: 3, maxOccurs: 3 }),
    "was: string, 2 to 3; is: string, 3.",
    true,
  ],
  [
    "choices of items",
    input({ type: "array", items: { enum: ["a", "b"] } }),
    input({ type: "array", items: { enum: ["a"] } }),
    "of its items choices: no more b.",
    true,
  ],
  ["a unit", input({ type: "number", unit: "m" }), input({ type: "number", unit: "km" }), "unit: was m, is km.", false],
  [
    "how it comes",
    input({ type: "string" }),
    input({ type: "string" }, { valuePassing: ["byReference"] }),
    "given: was byValue or byReference, is byReference.",
    true,
  ],
  [
    "members of an object",
    input({ type: "object", properties: { a: { type: "string" } } }),
    input({ type: "object", properties: { a: { type: "integer" } } }),
    "its schema differs at /properties/a/type.",
    false,
  ],
];

describe("what a new version changes", () => {
  test.each(rows)("tells %s", (_, before, after, words, isNarrower) => {
    const text = told(process({ one: before }), process({ one: after }));
    expect(text).toContain(`Input one ${words}`);
    expect(text.includes("because of input one")).toBe(isNarrower);
  });

  test("tells outputs that go, come and change", () => {
    const before = process({}, { gone: { schema: file("text/csv") }, map: { schema: file("image/tiff") } });
    const after = process({}, { map: { schema: file("image/png") }, more: { schema: { type: "number" } } });
    const text = told(before, after);
    expect(text).toContain("goes away: output gone.");
    expect(text).toContain("Output gone goes away. It was: text/csv.");
    expect(text).toContain("Output more is new: number.");
    expect(text).toContain("Output map media types: new image/png, no more image/tiff.");
  });

  test("warns of a new input that each request must give, and of no other", () => {
    const text = told(
      process({}),
      process({ a: input({ type: "string" }), b: input({ type: "string", default: "x" }) }),
    );
    expect(text).toContain("because of input a. ");
  });

  test("says in a sentence which words are others, those of what is new aside", () => {
    const one = process({ a: input({ type: "string" }, { title: "A" }) });
    const described = { ...one, description: { ...one.description, title: "T", description: "d", keywords: ["k"] } };
    const licence = [{ role: "license", title: "MIT" }];
    const rows = [
      [one, described, "its title, its description, its keywords."],
      [one, { ...one, description: { ...one.description, metadata: licence } }, "its author, licence or source."],
      [one, process({ a: input({ type: "string" }, { title: "B" }) }), "words of its inputs or outputs."],
    ] as const;
    for (const [before, after, words] of rows) {
      expect(told(before, after)).toContain(`It says other words of itself: ${words}`);
      expect(told(after, before)).toContain(`It says other words of itself: ${words}`);
    }
    for (const after of [one, process({ ...one.description.inputs, b: input({ type: "string" }, { title: "B" }) })])
      expect(told(one, after)).not.toContain("other words");
  });

  test("says of titles no more than that, and tells the beginnings of long lists and values", () => {
    const same = told(
      process({ a: input({ type: "string", title: "A" }, { title: "A" }) }),
      process({ a: input({ type: "string" }) }),
    );
    expect(same).toContain("Inputs and outputs keep their names, types, defaults and bounds.");
    expect(same).toContain("It runs what it ran before.");
    const many = Array.from({ length: 400 }, (_, at) => `choice ${at}`);
    const text = told(
      process({ a: input({ enum: ["x"], default: "x" }) }),
      process({ a: input({ enum: ["x", ...many], default: "y".repeat(5000) }) }),
    );
    expect(text).toContain("choice 9 and 390 more");
    expect(text.length).toBeLessThan(1500);
  });

  test("shows old and new commands whole, with what differs marked, and scripts line by line", () => {
    const one = process({});
    const words = Array.from({ length: 120 }, (_, at) => `--option-${at}`);
    const running = (members: JsonObject) => ({
      ...one,
      definition: { kind: "cwl", document: { class: "CommandLineTool", ...members }, main: "main" } as const,
    });
    const changed = words.map((word, at) => (at === 60 ? "--other=<b>" : word));
    const html = String(
      Replacement({ before: running({ baseCommand: words }), after: running({ baseCommand: changed }) }),
    );
    const [start, end] = [words.slice(0, 60).join(" "), words.slice(61).join(" ")];
    expect(html).toContain(`was <code>${start} <del>--option-60</del> ${end}</code>`);
    expect(html).toContain(`is <code>${start} <ins>&#39;--other=&lt;b&gt;&#39;</ins> ${end}</code>.`);
    const script = (last: string) =>
      running({ requirements: { InitialWorkDirRequirement: { listing: [{ entry: `one\ntwo\n${last}` }] } } });
    const lines = String(Replacement({ before: script("three"), after: script("four") }));
    expect(lines).toContain("<del>- three\n</del><ins>+ four\n</ins>");
    // Where nothing is the same, nothing is marked.
    const other = String(
      Replacement({ before: running({ baseCommand: "echo" }), after: running({ baseCommand: "cat" }) }),
    );
    expect(other).toContain("was <code>echo</code>, is <code>cat</code>.");
  });
});
