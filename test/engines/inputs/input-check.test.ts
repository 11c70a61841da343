import { describe, expect, test } from "bun:test";
import type { ProcessDefinition } from "../../../src/domain/processes/process.ts";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { createInputCheck, createInputChecks } from "../../../src/engines/inputs/input-check.ts";
import { schemaBudget } from "../../../src/engines/json-schema/check.ts";

const check = createInputCheck({ description: echo.description, fileInputs: [] });
const files = createInputCheck({ description: echo.description, fileInputs: ["text"] });

const formatted = (schema: JsonObject, definition?: ProcessDefinition) =>
  createInputCheck({
    description: { ...echo.description, inputs: { file: { schema, minOccurs: 1, maxOccurs: 1 } } },
    fileInputs: ["file"],
    ...(definition === undefined ? {} : { definition }),
  });
const csv = { type: "string", contentEncoding: "binary", contentMediaType: "text/csv" };

test("a file input takes text of any content, and no bounding box", () => {
  expect(files.item("text", { kind: "value", value: "any thing" }, "/inputs/text")).toEqual([]);
  expect(files.item("text", { kind: "value", value: "x", encoding: "zip" }, "/p")).toHaveLength(1);
  expect(files.item("text", { kind: "bbox", bbox: [1, 2, 3, 4], crs: "x" }, "/p")).toHaveLength(1);
});

test("a file input takes other values than text only where JSON is a format of it", () => {
  const [fault] = formatted(csv).item("file", { kind: "value", value: 5 }, "/inputs/file");
  expect(fault).toEqual({ pointer: "/inputs/file", detail: "found 5, wanted a file: text, base64 or a link" });
  for (const contentMediaType of ["application/json", "application/geo+json", "application/octet-stream"]) {
    const check = formatted({ ...csv, contentMediaType });
    expect(check.item("file", { kind: "value", value: { any: "thing" } }, "/inputs/file")).toEqual([]);
  }
});

test("a file input takes only the formats that it is described with", () => {
  const one = formatted(csv);
  const json = "application/json";
  expect(one.item("file", { kind: "value", value: "a,b", mediaType: "text/csv; header=present" }, "/p")).toEqual([]);
  expect(one.item("file", { kind: "value", value: "a,b", mediaType: "application/octet-stream" }, "/p")).toEqual([]);
  expect(one.item("file", { kind: "value", value: "{}", mediaType: json }, "/p")).toEqual([
    { pointer: "/p/mediaType", detail: 'found "application/json", wanted one of text/csv' },
  ]);
  expect(one.item("file", { kind: "reference", href: "data:,x", mediaType: json }, "/p")).toEqual([
    { pointer: "/p/type", detail: 'found "application/json", wanted one of text/csv' },
  ]);
  const image = formatted({ ...csv, contentMediaType: "image/*" });
  expect(image.item("file", { kind: "reference", href: "data:,x", mediaType: "image/png" }, "/p")).toEqual([]);
  expect(image.item("file", { kind: "reference", href: "data:,x", mediaType: json }, "/p")).toHaveLength(1);
});

test("formats of a package that tells which are kinds of others are left to the engine", () => {
  const open = formatted(csv, { kind: "cwl", main: "main", document: { $broaderFormats: {} } });
  expect(open.item("file", { kind: "value", value: "{}", mediaType: "application/json" }, "/p")).toEqual([]);
});

test("references are not checked before they are read", () => {
  expect(check.item("number", { kind: "reference", href: "data:,x" }, "/inputs/number")).toEqual([]);
  expect(check.value("number", "x")).toHaveLength(1);
  expect(check.value("number", 3)).toEqual([]);
});

test("alternatives that differ by media type only all take the value", () => {
  expect(check.item("mixed", { kind: "value", value: "<a/>" }, "")).toEqual([]);
  expect(check.item("mixed", { kind: "value", value: "{}", mediaType: "application/geo+json" }, "")).toEqual([]);
});

test("checks are kept by revision, the newest ones", () => {
  const checks = createInputChecks(2);
  const process = (revision: string) => ({ revision, description: echo.description, fileInputs: [] });
  const first = checks.of(process("a"));
  expect(checks.of(process("a"))).toBe(first);
  checks.of(process("b"));
  checks.of(process("c"));
  expect(checks.of(process("a"))).not.toBe(first);
});

describe("a schema that cannot be honoured", () => {
  const guarded = { type: "string", pattern: "^(?!.*;)" };
  const inputs = { text: { schema: guarded, minOccurs: 1, maxOccurs: 1 } };
  const described = { ...echo.description, inputs };

  test("lets no value pass where it was deployed before, and says why", () => {
    const old = createInputCheck({ description: described, fileInputs: [] });
    expect(old.item("text", { kind: "value", value: "a" }, "/inputs/text")).toEqual([
      {
        pointer: "/inputs/text",
        detail:
          'found the pattern "^(?!.*;)", which has a look-ahead, so that no value can be checked; ' +
          "wanted a process whose description can be honoured",
      },
    ]);
    expect(old.item("text", { kind: "value", value: 5 }, "/inputs/text")).toHaveLength(1);
    expect(old.value("text", "a")).toHaveLength(1);
  });

  test("of another server's process lets every value pass, which is checked there; it is told once", () => {
    const told: string[] = [];
    const definition = {
      kind: "remote",
      type: "ogc-api-processes",
      url: "http://example.org",
      processId: "p",
    } as const;
    const remote = createInputCheck({ description: described, fileInputs: [], definition }, (input, reason) =>
      told.push(`${input}: ${reason}`),
    );
    expect(remote.item("text", { kind: "value", value: "a" }, "/inputs/text")).toEqual([]);
    expect(remote.item("text", { kind: "value", value: "b" }, "/inputs/text")).toEqual([]);
    expect(remote.item("text", { kind: "value", value: 5 }, "/inputs/text")).toHaveLength(1);
    expect(told).toEqual(['text: found the pattern "^(?!.*;)", which has a look-ahead']);
  });
});

test("values that take too long to check are refused, however many they are", () => {
  const check = createInputCheck({
    description: {
      ...echo.description,
      inputs: { many: { schema: { uniqueItems: true }, minOccurs: 1, maxOccurs: 1 } },
    },
    fileInputs: [],
  });
  const budget = schemaBudget(100);
  const item = { kind: "value", value: Array.from({ length: 500 }, (_, index) => index) } as const;
  expect(check.item("many", item, "/inputs/many", budget)).toEqual([
    { pointer: "/inputs/many", detail: expect.stringContaining("steps of its check, wanted a smaller one") },
  ]);
});

test("alternatives may refer to definitions beside them", () => {
  const schema = { $defs: { n: { type: "integer" } }, oneOf: [{ $ref: "#/$defs/n" }, { type: "boolean" }] };
  const check = createInputCheck({
    description: { ...echo.description, inputs: { one: { schema, minOccurs: 1, maxOccurs: 1 } } },
    fileInputs: [],
  });
  expect(check.item("one", { kind: "value", value: 5 }, "")).toEqual([]);
  expect(check.item("one", { kind: "value", value: "x" }, "")).toHaveLength(1);
});
