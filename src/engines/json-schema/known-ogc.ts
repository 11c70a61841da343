import { defined, unlessEmpty } from "../../domain/defined.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { geoJsonSchemas } from "./known-geojson.ts";

const text: JsonObject = { type: "string" };
const texts: JsonObject = { type: "array", items: text };
const count: JsonObject = { type: "integer" };
const moment: JsonObject = { type: "string", format: "date-time" };

function object(properties: { readonly [name: string]: Json }, required: readonly string[] = []): JsonObject {
  return { type: "object", ...defined({ required: unlessEmpty(required) }), properties };
}

/** The processes part's word for where a bounding box is; it has four numbers, or six with heights. */
const crs: JsonObject = { type: "string", format: "uri" };
const bbox: JsonObject = object(
  {
    bbox: {
      type: "array",
      oneOf: [
        { minItems: 4, maxItems: 4 },
        { minItems: 6, maxItems: 6 },
      ],
      items: { type: "number" },
    },
    crs: { type: "string", default: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
  },
  ["bbox"],
);

const link = object({ href: text, rel: text, type: text, hreflang: text, title: text, length: count }, ["href"]);
const metadata = object({ title: text, role: text, href: text });
const format = object({ mediaType: text, encoding: text, schema: { type: ["string", "object"] } });
const binary: JsonObject = { type: "string", format: "byte" };
const plainValue: JsonObject = { type: ["string", "number", "integer", "boolean", "array"] };
const valueNoObject: JsonObject = { anyOf: [plainValue, bbox] };
const anyValue: JsonObject = { anyOf: [valueNoObject, { type: "object" }] };
const qualified: JsonObject = { allOf: [format, object({ value: anyValue }, ["value"])] };
const statusCode: JsonObject = {
  type: "string",
  enum: ["accepted", "running", "successful", "failed", "dismissed"],
};
const exception = object({ type: text, title: text, status: count, detail: text, instance: text }, ["type"]);
const transmissionMode: JsonObject = { type: "string", enum: ["value", "reference"] };

/** GeoJSON again, under the names of OGC API - Features. */
const features = {
  pointGeoJSON: "Point",
  multipointGeoJSON: "MultiPoint",
  linestringGeoJSON: "LineString",
  multilinestringGeoJSON: "MultiLineString",
  polygonGeoJSON: "Polygon",
  multipolygonGeoJSON: "MultiPolygon",
  geometrycollectionGeoJSON: "GeometryCollection",
  geometryGeoJSON: "Geometry",
  featureGeoJSON: "Feature",
  featureCollectionGeoJSON: "FeatureCollection",
} as const;

const featureSchemas = Object.fromEntries(
  Object.entries(features).map(([name, same]): [string, JsonObject] => [name, geoJsonSchemas[same] ?? {}]),
);

/** What OGC's standards say of parts that descriptions use, by the names of the files that OGC publishes it in. */
export const ogcSchemas: Readonly<Record<string, JsonObject>> = {
  ...featureSchemas,
  bbox,
  crs,
  link,
  metadata,
  format,
  exception,
  statusCode,
  transmissionMode,
  binaryInputValue: binary,
  inputValueNoObject: valueNoObject,
  inputValue: anyValue,
  qualifiedInputValue: qualified,
  qualifiedValue: qualified,
  inlineOrRefData: { anyOf: [valueNoObject, qualified, link] },
  reference: object({ $ref: { type: "string", format: "uri-reference" } }, ["$ref"]),
  schema: { type: "object" },
  confClasses: object({ conformsTo: texts }, ["conformsTo"]),
  jobControlOptions: { type: "string", enum: ["sync-execute", "async-execute", "dismiss"] },
  subscriber: object({ successUri: text, inProgressUri: text, failedUri: text }),
  statusInfo: object(
    {
      processID: text,
      type: { type: "string", enum: ["process"] },
      jobID: text,
      status: statusCode,
      message: text,
      created: moment,
      started: moment,
      finished: moment,
      updated: moment,
      progress: { type: "integer", minimum: 0, maximum: 100 },
      links: { type: "array", items: link },
    },
    ["jobID", "status", "type"],
  ),
  results: { type: "object" },
};
