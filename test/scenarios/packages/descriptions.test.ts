import { describe, expect, test } from "bun:test";
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/values/json.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();
let count = 0;

type Input = Readonly<Record<string, unknown>>;

/** A tool that gives back its input `x` as JSON: what it was really given. */
const unitOf = (x: unknown) => ({
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: { x },
  outputs: { y: "Any" },
  expression: `\${ return {y: JSON.stringify(inputs.x)}; }`,
});

function send(path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function tryDeploy(cwl: unknown, input: Input): Promise<{ id: string; status: number; text: string }> {
  count += 1;
  const id = `described-${count}`;
  const response = await send("/processes", {
    processDescription: { id, inputs: { x: input } },
    executionUnit: { unit: unitOf(cwl), type: "application/cwl" },
  });
  return { id, status: response.status, text: await response.text() };
}

async function deploy(cwl: unknown, input: Input = {}): Promise<string> {
  const { id, status, text } = await tryDeploy(cwl, input);
  if (status !== 201) throw new Error(`It was not deployed: ${status} ${text}`);
  return id;
}

/** Executes and gives what the tool was given, or the refusal. */
async function outcome(id: string, inputs: JsonObject): Promise<Json> {
  return read(await send(`/processes/${id}/execution`, { inputs, outputs: { y: {} }, response: "raw" }));
}

async function read(response: Response): Promise<Json> {
  const text = await response.text();
  if (response.status !== 200) return `${response.status} ${text}`;
  return JSON.parse(text);
}

async function inputOf(id: string): Promise<JsonObject> {
  const answer = await fetch(`${server.url}/processes/${id}`);
  const body: Json = JSON.parse(await answer.text());
  const inputs = isJsonObject(body) ? body.inputs : undefined;
  const input = isJsonObject(inputs) ? inputs.x : undefined;
  return isJsonObject(input) ? input : {};
}

const point = { type: "Point", coordinates: [1, 2] };
const processes = "schemas.opengis.net/ogcapi/processes/part1/1.0/openapi";

describe("a published schema is known without being fetched", () => {
  const feature = { type: "Feature", geometry: point, properties: null };
  const cases: readonly (readonly [string, Json, Json])[] = [
    ["https://geojson.org/schema/Geometry.json", point, { type: "Point", coordinates: "none" }],
    ["http://geojson.org/schema/Point.json", point, { type: "Polygon", coordinates: [] }],
    ["https://geojson.org/schema/Feature.json", feature, { type: "Feature" }],
    ["https://geojson.org/schema/Feature.json#/properties/properties", { a: 1 }, "text"],
    [
      "https://geojson.org/schema/FeatureCollection.json",
      { type: "FeatureCollection", features: [feature] },
      { type: "FeatureCollection", features: [point] },
    ],
    [
      "https://geojson.org/schema/GeometryCollection.json",
      { type: "GeometryCollection", geometries: [{ type: "GeometryCollection", geometries: [point] }] },
      { type: "GeometryCollection", geometries: [{ type: "GeometryCollection", geometries: [1] }] },
    ],
    ["http://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/schemas/geometryGeoJSON.yaml", point, { type: "X" }],
    [
      "https://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/ogcapi-features-1.yaml#/components/schemas/pointGeoJSON",
      point,
      { type: "Point" },
    ],
    [`http://${processes}/schemas/format.yaml`, { mediaType: "text/plain" }, { mediaType: 1 }],
    [`https://${processes}/schemas/statusCode.yaml`, "running", "walking"],
    [`https://${processes}/schemas/bbox.yaml#/properties/bbox`, [1, 2, 3, 4], [1, 2, 3]],
  ];
  for (const [reference, right, wrong] of cases) {
    test(reference, async () => {
      const id = await deploy("Any", { schema: { $ref: reference } });
      expect(await outcome(id, { x: { value: right } })).toEqual(right);
      expect(await outcome(id, { x: { value: wrong } })).toStartWith("400");
      const inside = await deploy("Any", { schema: { type: "object", properties: { in: { $ref: reference } } } });
      expect(await outcome(inside, { x: { value: { in: right } } })).toEqual({ in: right });
      expect(await outcome(inside, { x: { value: { in: wrong } } })).toStartWith("400");
    });
  }

  test("an object that can be nothing else needs no value around it", async () => {
    const id = await deploy("Any", { schema: { $ref: "https://geojson.org/schema/Geometry.json" } });
    expect(await outcome(id, { x: point })).toEqual(point);
  });

  test("a bounding box is one for everybody", async () => {
    const id = await deploy("Any", { schema: { $ref: `http://${processes}/schemas/bbox.yaml` } });
    expect((await inputOf(id)).schema).toMatchObject({ allOf: [{ format: "ogc-bbox" }, { required: ["bbox"] }] });
    const wps = await fetch(`${server.url}/wps?service=WPS&version=1.0.0&request=DescribeProcess&identifier=${id}`);
    expect(await wps.text()).toContain("BoundingBoxData");
    expect(await outcome(id, { x: { bbox: [1, 2, 3] } })).toStartWith("400");
  });

  test("a definition beside the schema is what the value must fit", async () => {
    const id = await deploy("int", { schema: { $ref: "#/$defs/n", $defs: { n: { type: "integer", maximum: 5 } } } });
    expect(await outcome(id, { x: 5 })).toBe(5);
    expect(await outcome(id, { x: 6 })).toStartWith("400");
    expect(await read(await fetch(`${server.url}/processes/${id}/execution?x=4&response=raw`))).toBe(4);
  });

  for (const [pointer, schema] of [
    ["/schema/$ref", { $ref: "https://example.org/a.json" }],
    ["/schema/properties/a/$ref", { type: "object", properties: { a: { $ref: "other.yaml" } } }],
    ["/schema/items/anyOf/0/$ref", { type: "array", items: { anyOf: [{ $ref: "urn:x:y" }] } }],
    ["/schema/$ref", { $ref: "https://geojson.org/schema/Feature.json#/nothing" }],
    ["/schema/oneOf/1/$ref", { oneOf: [{ type: "string" }, { $ref: "#/definitions/none" }] }],
  ] as const) {
    test(`an unknown one is refused at deploy: ${JSON.stringify(schema)}`, async () => {
      const { status, text } = await tryDeploy("Any", { schema });
      expect(status).toBe(400);
      expect(text).toContain(`/processDescription/inputs/x${pointer}`);
    });
  }
});

describe("what OpenAPI 3.0 says in other words is translated", () => {
  test("null, strict bounds and examples", async () => {
    const schema = { type: "integer", nullable: true, minimum: 1, exclusiveMinimum: true, example: 3 };
    const id = await deploy("int?", { schema });
    expect((await inputOf(id)).schema).toEqual({ type: ["integer", "null"], exclusiveMinimum: 1, examples: [3] });
    expect(await outcome(id, { x: 1 })).toStartWith("400");
    expect(await outcome(id, { x: 2 })).toBe(2);
    expect(await outcome(id, { x: null })).toBe(null);
    expect(await read(await fetch(`${server.url}/processes/${id}/execution?x=4&response=raw`))).toBe(4);
  });

  for (const [schema, expected] of [
    [
      { type: "string", enum: ["a"], nullable: true },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      { oneOf: [{ type: "string" }, { type: "integer" }], nullable: true },
      { oneOf: [{ type: "string" }, { type: "integer" }, { type: "null" }] },
    ],
    [
      { type: "object", properties: { n: { type: "number", maximum: 3, exclusiveMaximum: true } } },
      { type: "object", properties: { n: { type: "number", exclusiveMaximum: 3 } } },
    ],
    [
      { type: "number", minimum: 3, exclusiveMinimum: false, nullable: false },
      { type: "number", minimum: 3 },
    ],
    [
      { type: "object", default: { nullable: true, example: 1 } },
      { type: "object", default: { nullable: true, example: 1 } },
    ],
    [
      { type: "array", items: { type: "string", example: "a" } },
      { type: "array", items: { type: "string", examples: ["a"] } },
    ],
    [{ nullable: true, allOf: [{ type: "string" }] }, { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] }],
    [
      { type: "string", examples: { one: { value: "a" }, two: { value: "b" } } },
      { type: "string", examples: ["a", "b"] },
    ],
  ] as const) {
    test(JSON.stringify(schema), async () => {
      expect((await inputOf(await deploy("Any", { schema }))).schema).toEqual(JSON.parse(JSON.stringify(expected)));
    });
  }
});

describe("a default is what an input gets that is not given", () => {
  const integer = (more: Input = {}) => ({ schema: { type: "integer", default: 7, ...more } });
  const cases: readonly (readonly [string, unknown, Input, Json])[] = [
    ["of the description alone", "int", integer(), 7],
    ["the description's wins", { type: "int", default: 3 }, integer(), 7],
    ["the CWL's is shown and applied", { type: "int", default: 3 }, { title: "x" }, 3],
    ["the CWL's stays when the schema has none", { type: "int", default: 3 }, { schema: { type: "integer" } }, 3],
    ["a list of the CWL", { type: "int[]", default: [1, 2] }, {}, [1, 2]],
    ["a list item by item", "int[]", { schema: { type: "integer", default: [4, 5] } }, [4, 5]],
    ["a list as one value", "int[]", { schema: { type: "array", items: { type: "integer" }, default: [6] } }, [6]],
    ["an empty list", { type: "int[]", default: [1] }, { schema: { type: "integer", default: [] } }, []],
    ["false", { type: "boolean", default: true }, { schema: { type: "boolean", default: false } }, false],
    ["zero", { type: "int", default: 4 }, { schema: { type: "integer", default: 0 } }, 0],
    ["an empty text", "string", { schema: { type: "string", default: "" } }, ""],
    ["beside the schema", "string", { default: "a" }, "a"],
    ["an object", "Any", { schema: { type: "object", default: { value: 1, href: 2 } } }, { value: 1, href: 2 }],
    ["behind a reference", "int", { schema: { $ref: "#/$defs/n", $defs: { n: { type: "integer", default: 9 } } } }, 9],
  ];
  for (const [name, cwl, input, expected] of cases) {
    test(name, async () => {
      const id = await deploy(cwl, input);
      const described = await inputOf(id);
      expect(described).toMatchObject({ minOccurs: 0, schema: { default: expected } });
      expect(await outcome(id, {})).toEqual(expected);
      expect(await read(await fetch(`${server.url}/processes/${id}/execution?response=raw`))).toEqual(expected);
      const wps = await fetch(
        `${server.url}/wps?service=WPS&version=1.0.0&request=Execute&identifier=${id}&RawDataOutput=y`,
      );
      const answered = await wps.text();
      expect([answered, `"${answered}"`].some((text) => text.includes(JSON.stringify(expected)))).toBe(true);
    });
  }

  test("text of a file, and a link", async () => {
    count += 1;
    const id = `described-${count}`;
    const unit = {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      baseCommand: "cat",
      inputs: { x: { type: "File", inputBinding: {} } },
      outputs: { y: "stdout" },
    };
    const input = { schema: { type: "string", contentMediaType: "text/plain", default: "as described" } };
    const deployed = await send("/processes", {
      processDescription: { id, inputs: { x: input } },
      executionUnit: { unit },
    });
    expect(deployed.status).toBe(201);
    const answer = await send(`/processes/${id}/execution`, { inputs: {}, response: "raw" });
    expect(await answer.text()).toBe("as described");
  });

  for (const [pointer, cwl, input] of [
    ["/schema/default", "int", integer({ maximum: 5 })],
    ["/schema/default", "int", integer({ default: "seven" })],
    ["/schema/default", "File", { schema: { type: "string", default: { href: "vault://1234" } } }],
    ["/schema/default", "int[]", { schema: { type: "integer", default: [1, "two"] } }],
    ["/schema/default", { type: "int", default: 9 }, { schema: { type: "integer", maximum: 5 } }],
  ] as const) {
    test(`one that does not fit is refused at deploy: ${JSON.stringify([cwl, input])}`, async () => {
      const { status, text } = await tryDeploy(cwl, input);
      expect(status).toBe(400);
      expect(text).toContain(`/processDescription/inputs/x${pointer}`);
    });
  }
});

describe("a list is written in either form, and a value of either form runs", () => {
  const items = { schema: { type: "integer" } };
  const array = { schema: { type: "array", items: { type: "integer" } } };
  const both = { schema: { oneOf: [{ type: "integer" }, { type: "array", items: { type: "integer" } }] } };
  const cases: readonly (readonly [string, Input])[] = [
    ["item by item", items],
    ["item by item, counted", { ...items, minOccurs: 1, maxOccurs: 4 }],
    ["one value", array],
    ["one value, with the counts of its items", { ...array, minOccurs: 1, maxOccurs: "unbounded" }],
    ["an item or a list of them", both],
    ["an item or a list of them, several times", { ...both, maxOccurs: "unbounded" }],
  ];
  for (const [name, input] of cases) {
    test(name, async () => {
      const id = await deploy("int[]", input);
      expect(await outcome(id, { x: [1, 2, 3] })).toEqual([1, 2, 3]);
      expect(await outcome(id, { x: { value: [1, 2] } })).toEqual([1, 2]);
      expect(await outcome(id, { x: 5 })).toEqual([5]);
      expect(await outcome(id, { x: [5] })).toEqual([5]);
      expect(await outcome(id, { x: ["a"] })).toStartWith("400");
      const kvp = await fetch(`${server.url}/processes/${id}/execution?x=1,2&response=raw`);
      expect(await read(kvp)).toEqual([1, 2]);
    });
  }

  test("how often it occurs may be narrowed", async () => {
    const narrow = await deploy("int[]?", { minOccurs: 2, maxOccurs: 3 });
    expect(await inputOf(narrow)).toMatchObject({ minOccurs: 2, maxOccurs: 3 });
    expect(await outcome(narrow, { x: [1] })).toStartWith("400");
    expect(await outcome(narrow, { x: [1, 2] })).toEqual([1, 2]);
    expect(await outcome(narrow, { x: [1, 2, 3, 4] })).toStartWith("400");
    const one = await deploy("int[]", { maxOccurs: 1 });
    expect(await outcome(one, { x: 5 })).toEqual([5]);
    const listed = await deploy("int[]", { ...array, minOccurs: 2, maxOccurs: 3 });
    expect(await outcome(listed, { x: [1] })).toStartWith("400");
    expect(await outcome(listed, { x: [1, 2] })).toEqual([1, 2]);
    const required = await deploy("int?", { minOccurs: 1 });
    expect(await outcome(required, {})).toStartWith("400");
  });

  for (const [pointer, cwl, input] of [
    ["/maxOccurs", "int", { maxOccurs: 2 }],
    ["/maxOccurs", "int", { maxOccurs: "unbounded" }],
    ["/minOccurs", "int", { minOccurs: 0 }],
    ["/minOccurs", "int[]", { minOccurs: 3, maxOccurs: 2 }],
    ["/schema", "int", array],
    ["/schema", "int", { schema: { type: "string" } }],
    ["/schema", "int[]", { schema: { type: "string" } }],
    ["/schema/items", "int[]", { schema: { type: "array", items: { type: "string" } } }],
    [
      "/schema/enum/1",
      { type: { type: "enum", symbols: ["a", "b"] } },
      { schema: { type: "string", enum: ["a", "c"] } },
    ],
    ["/schema", "boolean", { schema: { oneOf: [{ type: "string" }, { type: "object" }] } }],
  ] as const) {
    test(`what the CWL cannot take is refused at deploy: ${JSON.stringify([cwl, input])}`, async () => {
      const { status, text } = await tryDeploy(cwl, input);
      expect(status).toBe(400);
      expect(text).toContain(`/processDescription/inputs/x${pointer}`);
    });
  }
});
