import { defined } from "../../domain/defined.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";

const position: JsonObject = { type: "array", minItems: 2, items: { type: "number" } };
const ring: JsonObject = { type: "array", minItems: 4, items: position };
const box: JsonObject = { type: "array", minItems: 4, items: { type: "number" } };

function listOf(items: JsonObject, minItems?: number): JsonObject {
  return { type: "array", ...defined({ minItems }), items };
}

/** An object of GeoJSON (RFC 7946): its `type`, what it must have, and a bounding box when it has one. */
function geoJsonObject(title: string, members: { readonly [name: string]: Json }, more: JsonObject = {}): JsonObject {
  return {
    title,
    type: "object",
    required: ["type", ...Object.keys(members)],
    properties: { type: { type: "string", enum: [title] }, ...members, bbox: box, ...more },
  };
}

const shapes = {
  Point: geoJsonObject("Point", { coordinates: position }),
  MultiPoint: geoJsonObject("MultiPoint", { coordinates: listOf(position) }),
  LineString: geoJsonObject("LineString", { coordinates: listOf(position, 2) }),
  MultiLineString: geoJsonObject("MultiLineString", { coordinates: listOf(listOf(position, 2)) }),
  Polygon: geoJsonObject("Polygon", { coordinates: listOf(ring) }),
  MultiPolygon: geoJsonObject("MultiPolygon", { coordinates: listOf(listOf(ring)) }),
} as const;

/** Collections may be inside each other: the reference leads back here by its address. */
const geometryCollection = geoJsonObject("GeometryCollection", {
  geometries: listOf({ $ref: "https://geojson.org/schema/Geometry.json" }),
});

const geometry: JsonObject = {
  title: "Geometry",
  type: "object",
  oneOf: [...Object.values(shapes), geometryCollection],
};

const feature = geoJsonObject(
  "Feature",
  {
    geometry: { oneOf: [{ type: "null" }, geometry] },
    properties: { oneOf: [{ type: "null" }, { type: "object" }] },
  },
  { id: { oneOf: [{ type: "number" }, { type: "string" }] } },
);

const featureCollection = geoJsonObject("FeatureCollection", { features: listOf(feature) });

/** What RFC 7946 says of GeoJSON, by the names of the files that GeoJSON publishes it in. */
export const geoJsonSchemas: Readonly<Record<string, JsonObject>> = {
  ...shapes,
  GeometryCollection: geometryCollection,
  Geometry: geometry,
  Feature: feature,
  FeatureCollection: featureCollection,
  GeoJSON: {
    title: "GeoJSON",
    type: "object",
    oneOf: [...Object.values(shapes), geometryCollection, feature, featureCollection],
  },
};
