import { expect, test } from "bun:test";
import { describeDocument } from "../../../src/cwl/document/describe.ts";
import { loadJson, type Package } from "../../../src/cwl/document/load/load.ts";
import type { Json } from "../../../src/domain/values/json.ts";
import { createHarness, plainOutputs, runPackage, value } from "../harness.ts";

const address = "https://raw.githubusercontent.com/eoap/schemas/main";

function packageOf(): Package {
  return loadJson({
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    requirements: {
      InlineJavascriptRequirement: {},
      SchemaDefRequirement: {
        types: [{ $import: `${address}/ogc.yaml` }, { $import: `${address}/string_format.yaml` }],
      },
    },
    inputs: { aoi: `${address}/ogc.yaml#BBox`, day: `${address}/string_format.yaml#Date?` },
    outputs: { said: "string", same: `${address}/string_format.yaml#Date` },
    expression: `$({said: inputs.aoi.bbox.join(" ") + " " + inputs.aoi.crs, same: inputs.day})`,
  });
}

test("types of Earth-observation packages are described without asking the web", () => {
  const { inputs } = describeDocument(packageOf().cwl);
  expect(inputs.aoi?.schema).toMatchObject({ allOf: [{ format: "ogc-bbox" }, { type: "object" }] });
  expect(inputs.day?.schema).toEqual({ type: "string", format: "date" });
});

test("a client's bounding box and date reach the package as its records, and come back as they were", async () => {
  await using harness = await createHarness();
  const bbox = { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
  const ran = await runPackage(harness, packageOf(), { aoi: value(bbox), day: value("2021-03-02") });
  expect(ran.failure).toBeUndefined();
  expect(plainOutputs(ran.outputs)).toEqual({ said: "1 2 3 4 CRS84", same: "2021-03-02" });
});

const point = { type: "Point", coordinates: [7.1, 50.7] };
const feature = { type: "Feature", id: "a", geometry: point, properties: { name: "Bonn" } };
const link = { href: "https://a.example/", rel: "self" };
const stac = { stac_version: "1.0.0", id: "a", links: [link] };
const extent = { spatial: { bbox: [[1, 2, 3, 4]] }, temporal: { interval: [["2021-01-01T00:00:00Z", null]] } };
const item = { ...stac, ...feature, assets: { data: { href: "a.tif" } } };

const known: readonly (readonly [string, string, Json, Json])[] = [
  ["geojson", "Point", point, { ...point, type: "LineString" }],
  [
    "geojson",
    "LineString",
    {
      type: "LineString",
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
    { type: "LineString", coordinates: [1, 2] },
  ],
  [
    "geojson",
    "Polygon",
    {
      type: "Polygon",
      coordinates: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
          [1, 2],
        ],
      ],
    },
    { type: "Polygon" },
  ],
  [
    "geojson",
    "GeometryCollection",
    { type: "GeometryCollection", geometries: [point] },
    { type: "GeometryCollection", geometries: [{}] },
  ],
  ["geojson", "Feature", feature, { ...feature, geometry: { type: "Point" } }],
  ["geojson", "FeatureCollection", { type: "FeatureCollection", features: [feature] }, { type: "FeatureCollection" }],
  ["stac", "Catalog", { ...stac, type: "Catalog", description: "d" }, { ...stac, type: "Catalog" }],
  [
    "stac",
    "Collection",
    { ...stac, type: "Collection", description: "d", license: "x", extent },
    { ...stac, type: "Collection" },
  ],
  ["stac", "Item", item, { ...item, links: "no" }],
  ["stac-cwl", "Item", item, { ...item, id: 5 }],
  ["api-endpoint", "APIEndpoint", { url: "https://a.example/", headers: [{ key: "a", value: "b" }] }, { headers: [] }],
  ["api-endpoint", "URI", "https://a.example/", 5],
];

for (const base of [
  "https://raw.githubusercontent.com/eoap/schemas/main",
  "https://raw.githubusercontent.com/eoap/schemas/refs/heads/main",
  "https://eoap.github.io/schemas",
]) {
  for (const [file, name, good, bad] of known) {
    const path = `${base}/${file === "api-endpoint" ? "experimental/" : ""}${file}.yaml`;
    test(`${path}#${name} is known without the web: described, checked, and handed on`, async () => {
      const packed = loadJson({
        cwlVersion: "v1.2",
        class: "ExpressionTool",
        requirements: { InlineJavascriptRequirement: {}, SchemaDefRequirement: { types: [{ $import: path }] } },
        inputs: { one: `${path}#${name}`, many: `${path}#${name}[]?` },
        outputs: { same: `${path}#${name}`, seen: "string" },
        expression: "$({same: inputs.one, seen: JSON.stringify(inputs.one)})",
      });
      const schema = describeDocument(packed.cwl).inputs.one?.schema ?? {};
      expect(schema.type).toBe(typeof good === "string" ? "string" : "object");
      await using harness = await createHarness();
      const ran = await runPackage(harness, packed, { one: value(good) });
      expect(ran.failure).toBeUndefined();
      expect(plainOutputs(ran.outputs).same).toEqual(good);
      const refused = await runPackage(harness, packed, { one: value(bad) }, "b");
      expect(refused.failure?.message).toContain("/inputs/one");
    });
  }
}

test("the URI inside an endpoint reaches the tool as its record", async () => {
  const path = "https://raw.githubusercontent.com/eoap/schemas/main/experimental/api-endpoint.yaml";
  const packed = loadJson({
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    requirements: { InlineJavascriptRequirement: {}, SchemaDefRequirement: { types: [{ $import: path }] } },
    inputs: { one: `${path}#APIEndpoint` },
    outputs: { seen: "string" },
    expression: "$({seen: inputs.one.url.value})",
  });
  await using harness = await createHarness();
  const { outputs } = await runPackage(harness, packed, { one: value({ url: "https://a.example/" }) });
  expect(plainOutputs(outputs)).toEqual({ seen: "https://a.example/" });
});
