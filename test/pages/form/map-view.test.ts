import { expect, test } from "bun:test";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { areaForms } from "../../../src/pages/form/boxes.ts";
import { fieldsOf } from "../../../src/pages/form/fields-of.ts";
import { placesOf, takesOf } from "../../../src/pages/form/places.ts";

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
  expect(areaForms([name], undefined, fallback) !== undefined).toBe(isBox);
});

test.each<[string, string | undefined, string | undefined, readonly string[] | undefined]>([
  ["aoi", "The area as WKT or GeoJSON or a bounding box (degrees).", undefined, ["wkt", "geojson", "numbers"]],
  ["aoi", "Area of interest in well-known text", undefined, ["wkt"]],
  ["aoi_wkt", undefined, undefined, ["wkt"]],
  ["aoiWkt", undefined, undefined, ["wkt"]],
  ["geometry", "A GeoJSON geometry", undefined, ["geojson"]],
  ["region", "The region as minx,miny,maxx,maxy or WKT", undefined, ["numbers", "wkt"]],
  ["area", undefined, "POLYGON((10 45, 12 45, 12 47, 10 45))", ["wkt"]],
  ["where", undefined, "SRID=4326;MULTIPOLYGON (((10 45, 12 45, 12 47, 10 45)))", ["wkt"]],
  ["where", undefined, '{ "type": "Polygon", "coordinates": [] }', ["geojson"]],
  ["where", "WKT or four numbers", "10,45,12,47", ["numbers", "wkt"]],
  ["bbox", undefined, undefined, ["numbers"]],
  // What is said of WKT and GeoJSON elsewhere makes no area.
  ["format", "Write WKT or GeoJSON", undefined, undefined],
  ["geometry", "The name of the column with the geometry", undefined, undefined],
  ["region", "The name of the region", undefined, undefined],
  ["area", "The area in the west of the city", undefined, undefined],
])("a text called %s, said to be %p with the default %p, is written as %p", (name, about, fallback, forms) => {
  const found: readonly string[] | undefined = areaForms([name], about, fallback);
  expect(found).toEqual(forms);
});

test("only plain text becomes a box", () => {
  expect(shapeOf("bbox", { type: "string" })).toEqual({ kind: "text", control: "box" });
  expect(shapeOf("aoi", { type: "string" })).toEqual({
    ...{ kind: "text", control: "box", forms: ["numbers", "wkt", "geojson"] },
  });
  expect(shapeOf("area", { type: "string", default: "1,2,3,4" })).toEqual({ kind: "text", control: "box" });
  expect(shapeOf("bbox", { type: "string", enum: ["a", "b"] })?.kind).toBe("choice");
  expect(shapeOf("bbox", { type: "string", format: "date" })).toEqual({ kind: "text", control: "date" });
});

const numbers = { type: "array", items: { type: "number" } };
const four = { minItems: 4, maxItems: 4 };

test.each<[string, JsonObject, boolean]>([
  ["any", { ...numbers, ...four }, true],
  ["any", { ...numbers, minItems: 4, maxItems: 6 }, true],
  ["any", { ...numbers, oneOf: [four, { minItems: 6, maxItems: 6 }] }, true],
  ["any", { anyOf: [{ ...numbers, ...four }, { type: "null" }] }, true],
  ["any", { ...numbers, default: [10.5, 46, 12, 47] }, true],
  ["any", { type: ["array", "null"], items: { type: "number", format: "double" }, default: [-1, -2, 3, 4] }, true],
  ["any", { type: "array", prefixItems: Array.from({ length: 4 }, () => ({ type: "number" })), items: false }, true],
  ["bbox", numbers, true],
  ["aoi", { ...numbers, default: [] }, true],
  ["inputExtent", numbers, true],
  ["bounds", { ...numbers, minItems: 6, maxItems: 6 }, true],
  ["boundingbox", { ...numbers, default: [1, 2, 0, 3, 4, 100] }, true],
  ["Area of interest (degrees)", numbers, true],
  // What has the name of a box and cannot be one, or has four numbers of another kind.
  ["any", numbers, false],
  ["bbox", { ...numbers, maxItems: 3 }, false],
  ["bbox", { ...numbers, minItems: 7 }, false],
  ["bbox", { ...numbers, default: [500000, 5000000, 600000, 5100000] }, false],
  ["bbox", { ...numbers, default: [1, 2, 3] }, false],
  ["bbox", { type: "array", items: { type: "integer" }, ...four }, false],
  ["any", { type: "array", items: { type: "number", minimum: 0, maximum: 1 }, ...four }, false],
  ["any", { ...numbers, default: [0, 90, 10, -90] }, false],
  ["any", { ...numbers, default: [1, 2, 0, 3, 4, 100] }, false],
  ["transform", { ...numbers, minItems: 6, maxItems: 6 }, false],
  ["outbound_speeds", numbers, false],
])("a list called %s of %j is a box: %p", (id, schema, isBox) => {
  const shape = shapeOf(id, schema);
  if (isBox) expect(shape).toMatchObject({ kind: "rows", isBox });
  else expect(shape).not.toMatchObject({ isBox: true });
});

test.each([
  [["xmin", "ymin", "xmax", "ymax"], true],
  [["x_min", "x_max", "y_min", "y_max"], true],
  [["west", "south", "east", "north"], true],
  [["north", "east", "south", "west"], true],
  [["minX", "minY", "maxX", "maxY"], true],
  [["left", "bottom", "right", "top"], true],
  [["lon_min", "lat_min", "lon_max", "lat_max"], true],
  [["westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"], true],
  [["minimumLatitude", "minimumLongitude", "maximumLatitude", "maximumLongitude"], true],
  [["west", "south", "east"], false],
  [["xmin", "left", "ymin", "xmax", "ymax"], false],
  [["a", "b", "c", "d"], false],
] as const)("a record of %j is a box: %p", (ids, isBox) => {
  const properties = Object.fromEntries(
    ["name", ...ids].map((id) => [id, { type: id === "name" ? "string" : "number" }]),
  );
  const shape = shapeOf("any", { type: "object", properties });
  expect(shape?.kind === "group" && shape.corners !== undefined).toBe(isBox);
  const whole = Object.fromEntries(ids.map((id) => [id, { type: "integer" }]));
  expect(shapeOf("any", { type: "object", properties: whole })).not.toHaveProperty("corners");
});

test("the reference system of a record is told to the map, typed or chosen from a list", () => {
  const sides = {
    west: { type: "number" },
    south: { type: "number" },
    east: { type: "number" },
    north: { type: "number" },
  };
  const ids = Object.keys(sides);
  const withSystem = (crs: JsonObject) => shapeOf("any", { type: "object", properties: { ...sides, crs } });
  expect(withSystem({ type: "string" })).toMatchObject({ corners: { ids, crs: "crs" } });
  expect(withSystem({ anyOf: [{ type: "integer" }, { type: "string" }] })).toMatchObject({
    corners: { ids, crs: "crs" },
  });
  expect(withSystem({ enum: ["EPSG:4326", "EPSG:32632"] })).toMatchObject({ corners: { ids, crs: "crs" } });
  expect(withSystem({ type: "array", items: { enum: ["EPSG:4326", "EPSG:32632"] } })).not.toHaveProperty("corners");
});

test("a list that is several occurrences of one number, as packages have it, is a box by the same signs", () => {
  const several = (id: string, more: JsonObject, minOccurs: number, maxOccurs: number | "unbounded") => {
    const input = { schema: { type: "number", format: "double", ...more }, minOccurs, maxOccurs };
    const [field] = fieldsOf({ inputs: { [id]: input } });
    return field?.shape.kind === "rows" && field.shape.isBox === true;
  };
  expect(several("any", { default: [5, 44, 17, 50] }, 0, "unbounded")).toBe(true);
  expect(several("bbox", {}, 1, "unbounded")).toBe(true);
  expect(several("any", {}, 4, 4)).toBe(true);
  expect(several("any", {}, 1, "unbounded")).toBe(false);
  expect(several("any", { default: [0.5, 0.25] }, 0, "unbounded")).toBe(false);
  expect(several("bbox", {}, 0, 3)).toBe(false);
});

test("boxes inside records and in each of several values are boxes, too", () => {
  const record = { type: "object", properties: { when: { type: "string" }, bbox: numbers, aoi: { type: "string" } } };
  expect(shapeOf("any", record)).toMatchObject({
    members: [{ id: "when" }, { shape: { kind: "rows", isBox: true } }, { shape: { kind: "text", control: "box" } }],
  });
  const input = { schema: { ...numbers, ...four }, minOccurs: 1, maxOccurs: 9 };
  expect(fieldsOf({ inputs: { any: input } })[0]?.shape).toMatchObject({ isRepeated: true, item: { isBox: true } });
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
