import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import { fieldsOf } from "../../src/pages/form/fields-of.ts";
import { isBoxText } from "../../src/pages/form/map-view.tsx";
import { placesOf, takesOf } from "../../src/pages/form/places.ts";

function shapeOf(id: string, schema: JsonObject, title?: string) {
  const input = { schema, minOccurs: 1, maxOccurs: 1, ...(title === undefined ? {} : { title }) };
  return fieldsOf({ inputs: { [id]: input } })[0]?.shape;
}

test.each([
  ["aoi", undefined, true],
  ["bbox", undefined, true],
  ["input_bbox", "", true],
  ["Bounding box of the scene", undefined, true],
  ["area", "10, 46, 12.5, 47", true],
  ["area", "[10 46 12.5 47]", true],
  ["area", "1,2,3", false],
  ["aoi", "a place by name", false],
  ["laois", undefined, false],
  ["text", "", false],
] as const)("a text called %s with the default %j is a box: %p", (name, fallback, isBox) => {
  expect(isBoxText([name], fallback)).toBe(isBox);
});

test("only plain text becomes a box", () => {
  expect(shapeOf("bbox", { type: "string" })).toEqual({ kind: "text", control: "box" });
  expect(shapeOf("area", { type: "string", default: "1,2,3,4" })).toEqual({ kind: "text", control: "box" });
  expect(shapeOf("bbox", { type: "string", enum: ["a", "b"] })?.kind).toBe("choice");
  expect(shapeOf("bbox", { type: "string", format: "date" })).toEqual({ kind: "text", control: "date" });
  expect(shapeOf("bbox", { type: "array", items: { type: "number" } })?.kind).toBe("rows");
});

test("GeoJSON is known by its format, alone, in parts, and in alternatives of one kind", () => {
  const object: JsonObject = { type: "object", properties: { type: { type: "string" } } };
  expect(placesOf({ ...object, format: "geojson-geometry" })).toBe("geometry");
  expect(placesOf({ allOf: [{ format: "geojson-feature-collection" }, object] })).toBe("features");
  expect(placesOf({ ...object, format: "geojson-feature" })).toBe("feature");
  const geometry = { ...object, format: "geojson-geometry" };
  expect(placesOf({ oneOf: [geometry, geometry, { type: "null" }] })).toBe("geometry");
  expect(placesOf({ oneOf: [geometry, { type: "string" }] })).toBeUndefined();
  expect(placesOf(object)).toBeUndefined();
  expect(shapeOf("where", { oneOf: [geometry, geometry] })).toEqual({ kind: "json", holds: "geometry" });
});

test("an input says which geometries it takes, and whether longitudes may go on beyond 180 degrees", () => {
  const of = (type: string, coordinates: JsonObject = {}): JsonObject => ({
    ...{ type: "object", format: "geojson-geometry" },
    properties: { type: { enum: [type] }, coordinates },
  });
  expect(takesOf(of("Polygon"), "geometry")).toEqual({ types: ["Polygon"], isBounded: false });
  expect(takesOf({ oneOf: [of("Polygon"), of("MultiPolygon"), { type: "null" }] }, "geometry").types).toEqual([
    "Polygon",
    "MultiPolygon",
  ]);
  expect(takesOf({ type: "object" }, "geometry")).toEqual({ isBounded: false });
  expect(takesOf({ oneOf: [of("Polygon"), { type: "object" }] }, "geometry").types).toBeUndefined();
  const feature: JsonObject = { properties: { type: { const: "Feature" }, geometry: of("Polygon") } };
  expect(takesOf(feature, "feature").types).toEqual(["Polygon"]);
  expect(takesOf({ allOf: [{}, { properties: { features: { items: feature } } }] }, "features").types).toEqual([
    "Polygon",
  ]);
  const position: JsonObject = { type: "array", prefixItems: [{ type: "number", maximum: 180 }, { type: "number" }] };
  const rings: JsonObject = { type: "array", items: { type: "array", items: position } };
  expect(takesOf(of("Polygon", rings), "geometry").isBounded).toBe(true);
});

test.each([
  ["https://geojson.org/schema/Polygon.json", "geometry", ["Polygon"]],
  [
    "http://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/schemas/multipolygonGeoJSON.yaml",
    "geometry",
    ["MultiPolygon"],
  ],
  ["https://geojson.org/schema/Geometry.json", "geometry", undefined],
  ["https://geojson.org/schema/FeatureCollection.json", "features", undefined],
] as const)("the published schema %s is known by its address", (address, holds, types) => {
  expect(placesOf({ $ref: address })).toBe(holds);
  expect(placesOf({ allOf: [{ type: "object" }, { $ref: address }] })).toBe(holds);
  expect(takesOf({ $ref: address }, holds).types).toEqual(types === undefined ? undefined : [...types]);
  expect(shapeOf("where", { $ref: address })?.kind).toBe("json");
  expect(placesOf({ $ref: "#/$defs/other" })).toBeUndefined();
});
