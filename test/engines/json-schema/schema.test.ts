import { describe, expect, test } from "bun:test";
import type { Json, JsonObject } from "../../../src/domain/values/json.ts";
import { schemaBudget } from "../../../src/engines/json-schema/check.ts";
import { readSchema, schemaFaults } from "../../../src/engines/json-schema/schema.ts";

const outcome = (schema: JsonObject, value: Json, budget = schemaBudget()) =>
  readSchema(schema).check([schema])(value, budget);
const kind = (schema: JsonObject, value: Json) => outcome(schema, value).kind;

function nested(depth: number, member: (inner: Json) => Json, innermost: Json = 1): Json {
  let value = innermost;
  for (let level = 0; level < depth; level += 1) value = member(value);
  return value;
}

describe("a check takes time that grows with schema and value", () => {
  test("patterns that another engine tries for ever", () => {
    const blanks = `${" ".repeat(20_000)}x`;
    expect(kind({ pattern: "^\\s*(.*?)\\s*$" }, blanks)).toBe("fits");
    expect(kind({ pattern: "^(a+)+$" }, `${"a".repeat(20_000)}b`)).toBe("misfit");
    expect(kind({ pattern: "^(a|a)*$" }, `${"a".repeat(20_000)}b`)).toBe("misfit");
    expect(kind({ patternProperties: { "^(a+)+$": { type: "string" } } }, { [`${"a".repeat(20_000)}b`]: 1 })).toBe(
      "fits",
    );
  });

  const long = "a".repeat(300_000);
  // The texts would make the names of the tests.
  const slow = [
    ["url", `http://${long}!`],
    ["url", `http://${"a-".repeat(100_000)}!`],
    ["url", `http://${"a:@".repeat(100_000)}!`],
    ["uri", `http://${long}@@`],
    ["uri-reference", `${"%20".repeat(100_000)}%`],
    ["uri-template", `${"{a}".repeat(100_000)}{`],
    ["email", `"${"\\a".repeat(100_000)}`],
    ["hostname", `${"a.".repeat(100_000)}-`],
    ["ipv6", `${"1:".repeat(100_000)}`],
    ["json-pointer", `${"/a".repeat(100_000)}~`],
    ["duration", `P${"1".repeat(300_000)}X`],
    ["date-time", `${"t".repeat(300_000)}`],
  ] as const;
  test.each(slow.map(([format, text], index) => [format, index, { text }] as const))(
    "format %s, which another engine tries for ever (%i)",
    (format, _index, { text }) => {
      expect(kind({ format }, text)).toBe("misfit");
    },
  );

  test("100,000 items that are all different", () => {
    const items = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    expect(kind({ uniqueItems: true }, items)).toBe("fits");
    expect(kind({ uniqueItems: true }, [...items, { index: 5 }])).toBe("misfit");
  });

  test("alternatives inside each other end at the bound, and say so", () => {
    // Each level asks the next one twice.
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, level) => {
        const next = { $ref: `#/$defs/l${level + 1}` };
        return [`l${level}`, { oneOf: [next, { allOf: [next] }] }];
      }),
    );
    const found = outcome({ $ref: "#/$defs/l0", $defs: { ...$defs, l60: { type: "string" } } }, 1);
    expect(found).toEqual({ kind: "exhausted", reason: "more than 4000000 steps of its check" });
  });

  test("a schema that is itself ends at the bound, and says so", () => {
    const found = outcome({ $ref: "#" }, 1);
    expect(found).toEqual({ kind: "exhausted", reason: "more than 2000 schemas inside each other" });
  });

  test("values as deep as any that is read are checked to the end", () => {
    const tree = {
      $defs: { t: { anyOf: [{ type: "integer" }, { type: "array", items: { $ref: "#/$defs/t" } }] } },
      $ref: "#/$defs/t",
    };
    expect(
      kind(
        tree,
        nested(200, (inner) => [inner]),
      ),
    ).toBe("fits");
    expect(
      kind(
        tree,
        nested(200, (inner) => [inner], "x"),
      ),
    ).toBe("misfit");
  });

  test("values share a budget, so that many of them end at the bound too", () => {
    const budget = schemaBudget(1500);
    const schema = { type: "array", items: { type: "integer" } };
    const many = Array.from({ length: 300 }, () => 1);
    expect(outcome(schema, many, budget).kind).toBe("fits");
    expect(outcome(schema, many, budget).kind).toBe("exhausted");
  });

  test("a large pattern against a large text ends at the bound", () => {
    expect(kind({ pattern: "^[ab]*a[ab]{900}[cd]" }, "ab".repeat(50_000))).toBe("exhausted");
  });
});

describe("what cannot be honoured is refused with its place", () => {
  test("look-around, back references, and what else no linear engine has", () => {
    const schema = {
      type: "object",
      properties: {
        "a/b": { pattern: "^(?!x)" },
        c: { items: { pattern: "(a)\\1" } },
        d: { pattern: "(?<n>a)\\k<n>" },
      },
      patternProperties: { "(?<=a)b": true },
      anyOf: [{ not: { pattern: "a(?=b)" } }, { pattern: "a{2000}" }, { pattern: "(" }, { pattern: "\\p{Nothing}" }],
    };
    const faults = schemaFaults(schema, "/s");
    expect(
      Object.fromEntries(faults.map(({ pointer, detail }) => [pointer, /which (.*?), wanted/.exec(detail)?.[1]])),
    ).toEqual({
      "/s/properties/a~1b/pattern": "has a look-ahead",
      "/s/properties/c/items/pattern": "has a back reference",
      "/s/properties/d/pattern": "has a back reference",
      "/s/patternProperties/(?<=a)b": "has a look-behind",
      "/s/anyOf/0/not/pattern": "has a look-ahead",
      "/s/anyOf/1/pattern": "has repetitions of more than 1000 in all",
      "/s/anyOf/2/pattern": expect.stringContaining("is no regular expression"),
      "/s/anyOf/3/pattern": "has what cannot be looked for in one go",
    });
  });

  test("references that lead nowhere, in the schema or elsewhere; published ones of OGC and GeoJSON are known", () => {
    const schema = {
      properties: {
        a: { $ref: "#/$defs/none" },
        b: { $ref: "https://example.org/schema" },
        c: { $ref: "https://geojson.org/schema/Feature.json#/properties/geometry" },
        d: { $ref: "http://schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas/bbox.yaml" },
        e: { $ref: "https://geojson.org/schema/Freature.json" },
        f: { $dynamicRef: "#none" },
      },
    };
    const pointers = schemaFaults(schema, "").map(({ pointer }) => pointer);
    expect(pointers).toEqual([
      "/properties/a/$ref",
      "/properties/b/$ref",
      "/properties/e/$ref",
      "/properties/f/$dynamicRef",
    ]);
  });

  test("more patterns than anybody writes", () => {
    const patternProperties = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`^a${index}$`, true]));
    expect(schemaFaults({ patternProperties }, "/s")).toEqual([
      { pointer: "/s", detail: "found 201 patterns, wanted at most 200" },
    ]);
  });

  test("patterns that a linear engine has are not", () => {
    for (const pattern of [
      "^[A-Z]{2}\\d{3,5}$",
      "^\\p{L}+$",
      "(?:a|b)*?",
      "^[\\w.+-]+@[\\w-]+\\.[\\w.]+$",
      "\\_x",
      "(?<year>\\d{4})",
    ]) {
      expect(schemaFaults({ pattern }, "")).toEqual([]);
    }
  });

  test("a value that meets it is neither right nor wrong, whatever stands around", () => {
    for (const schema of [
      { pattern: "(?=a)" },
      { not: { pattern: "(?=a)" } },
      { oneOf: [{ pattern: "(?=a)" }, false] },
    ]) {
      expect(kind(schema, "a")).toBe("unknown");
      expect(kind({ properties: { x: schema } }, { x: "a" })).toBe("unknown");
    }
    expect(kind({ $ref: "https://example.org/schema" }, "a")).toBe("unknown");
    expect(kind({ type: "integer", pattern: "(?=a)" }, "a")).toBe("misfit");
    expect(kind({ pattern: "(?=a)" }, 5)).toBe("fits");
  });
});

describe("what the specification says and not every implementation does", () => {
  test("unevaluated members are those that no schema below the same one looked at", () => {
    const cousins = { allOf: [{ properties: { a: true } }, { unevaluatedProperties: false }] };
    expect(kind(cousins, { a: 1 })).toBe("misfit");
    expect(kind({ allOf: [{ properties: { a: true } }], unevaluatedProperties: false }, { a: 1 })).toBe("fits");
    expect(
      kind({ $ref: "#/$defs/a", unevaluatedProperties: false, $defs: { a: { properties: { a: true } } } }, { a: 1 }),
    ).toBe("fits");
    expect(kind({ not: { properties: { a: true }, required: ["b"] }, unevaluatedProperties: false }, { a: 1 })).toBe(
      "misfit",
    );
  });

  test("bounds of draft 4 and OpenAPI 3.0 that are exclusive", () => {
    expect(kind({ minimum: 1, exclusiveMinimum: true }, 1)).toBe("misfit");
    expect(kind({ minimum: 1, exclusiveMinimum: true }, 1.5)).toBe("fits");
    expect(kind({ maximum: 1, exclusiveMaximum: true }, 1)).toBe("misfit");
    expect(kind({ minimum: 1, exclusiveMinimum: false }, 1)).toBe("fits");
  });

  test("names that objects have by birth are names as any", () => {
    const value: Json = JSON.parse('{"__proto__": {"a": 1}, "toString": 1}');
    expect(
      kind({ required: ["__proto__", "toString"], additionalProperties: { type: ["integer", "object"] } }, value),
    ).toBe("fits");
    expect(kind({ required: ["valueOf"] }, value)).toBe("misfit");
    expect(kind(JSON.parse('{"properties": {"__proto__": {"required": ["b"]}}}'), value)).toBe("misfit");
  });

  test("the place of what does not fit is a pointer", () => {
    const schema = { properties: { "a/b": { items: { properties: { "c d": { type: "string" } } } } } };
    expect(outcome(schema, { "a/b": [{}, { "c d": 1 }] })).toMatchObject({ kind: "misfit", place: "/a~1b/1/c d" });
  });
});
