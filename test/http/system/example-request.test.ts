import { expect, test } from "bun:test";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { exampleRequest } from "../../../src/http/openapi/example-request.ts";

function exampleOf(schema: JsonObject): unknown {
  const { inputs } = exampleRequest({ inputs: { one: { schema, minOccurs: 1, maxOccurs: 1 } } });
  return Object(inputs).one;
}

test("an example is what the schema says, else the least that it lets pass", () => {
  const cases: readonly (readonly [JsonObject, unknown])[] = [
    [{ type: "string", default: "a" }, "a"],
    [{ type: "string", examples: ["b"] }, "b"],
    [{ type: "string", enum: ["c", "d"] }, "c"],
    [{ type: "string", format: "date-time" }, "2026-01-31T12:00:00Z"],
    [{ type: "string", minLength: 6, maxLength: 8 }, "texttt"],
    [{ type: "string", maxLength: 2 }, "te"],
    [{ type: ["null", "integer"], minimum: 5 }, 5],
    [{ type: "integer", exclusiveMinimum: 5 }, 6],
    [{ type: "integer", maximum: -3 }, -3],
    [{ type: "integer", multipleOf: 4, minimum: 5 }, 8],
    [{ type: "number", maximum: 0.1 }, 0.1],
    [{ type: "boolean" }, false],
    [{ type: "array", items: { type: "integer" }, minItems: 2 }, [1, 1]],
    [{ type: "object", required: ["a"], properties: { a: { type: "boolean" }, b: {} } }, { a: false }],
    [
      { type: "string", contentMediaType: "image/png", contentEncoding: "binary" },
      { href: expect.stringMatching(/^data:image\/png;base64,iVBORw0KGgo/), type: "image/png" },
    ],
    [
      { type: "string", format: "uri", contentMediaType: "application/directory" },
      { href: expect.stringMatching(/^data:application\/zip;base64,UEsDB/), type: "application/zip" },
    ],
    [
      { type: "string", contentMediaType: "text/x-unknown" },
      { href: "data:text/x-unknown,text", type: "text/x-unknown" },
    ],
    [{ allOf: [{ format: "ogc-bbox" }, {}] }, { bbox: [-10, -10, 10, 10] }],
    [{ oneOf: [{ type: "boolean" }, { type: "string" }] }, false],
  ];
  for (const [schema, wanted] of cases) expect([schema, exampleOf(schema)]).toEqual([schema, wanted]);
});

test("what is optional is left out, unless it has a default", () => {
  const inputs = {
    a: { schema: { type: "string" }, minOccurs: 0, maxOccurs: 1 },
    b: { schema: { type: "integer", default: 3 }, minOccurs: 0, maxOccurs: 1 },
    c: { schema: { type: "string" }, minOccurs: 2, maxOccurs: 3 },
  };
  expect(exampleRequest({ inputs })).toEqual({ inputs: { b: 3, c: ["text", "text"] } });
});
