import { defined } from "../../domain/defined.ts";
import { alternativesOf } from "../../domain/processes/described.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";

/** What of GeoJSON a value is. */
export type Places = "geometry" | "feature" | "features";

/** Which geometries an input takes. */
export type Takes = {
  /** The types of GeoJSON; all of them when absent. */
  readonly types?: readonly string[];
  /** Its schema refuses longitudes beyond 180 degrees. */
  readonly isBounded: boolean;
};

const geometryTypes: readonly string[] = [
  ...["Point", "MultiPoint", "LineString", "MultiLineString"],
  ...["Polygon", "MultiPolygon", "GeometryCollection"],
];

/** Tells whether values of a schema are GeoJSON, by its format, a published schema, or that of a part that all must fit. */
export function placesOf(schema: JsonObject): Places | undefined {
  const { format, allOf } = schema;
  if (typeof format === "string" && /geojson/i.test(format)) {
    if (/collection/i.test(format) && !/geometry/i.test(format)) return "features";
    return /feature/i.test(format) ? "feature" : "geometry";
  }
  const published = publishedName(schema);
  if (published !== undefined) return placesByName[published] ?? "geometry";
  const parts = Array.isArray(allOf) ? allOf.filter(isJsonObject) : [];
  const part = parts.map(placesOf).find((one) => one !== undefined);
  const alternatives = alternativesOf(schema).filter((one) => one !== schema && one.type !== "null");
  const [first, ...others] = alternatives.map(placesOf);
  return part ?? (others.every((one) => one === first) ? first : undefined);
}

const placesByName: Readonly<Record<string, Places>> = { Feature: "feature", FeatureCollection: "features" };

/** Finds the name of a schema that GeoJSON (geojson.org) or OGC API - Features publishes, to which this one leads. */
function publishedName({ $ref: reference }: JsonObject): string | undefined {
  if (typeof reference !== "string") return undefined;
  const [, name, other] =
    /geojson\.org\/schema\/(\w+)\.json$/i.exec(reference) ??
    /(?:()(?:^|[/#])(\w+)GeoJSON(?:\.ya?ml)?)$/.exec(reference) ??
    [];
  const found = [...geometryTypes, "Geometry", "Feature", "FeatureCollection"].find(
    (one) => one.toLowerCase() === (name || other || "").toLowerCase(),
  );
  return found;
}

/** Tells which geometries values of a schema may have. */
export function takesOf(schema: JsonObject, holds: Places): Takes {
  const within = geometrySchemaOf(schema, holds);
  const types = within === undefined ? undefined : typesOf(within);
  return { isBounded: within !== undefined && isBounded(within, 0), ...defined({ types }) };
}

function geometrySchemaOf(schema: JsonObject, holds: Places): JsonObject | undefined {
  if (holds === "geometry") return schema;
  const feature = holds === "feature" ? schema : memberOf(memberOf(schema, "properties", "features"), "items");
  return memberOf(feature, "properties", "geometry");
}

/** Finds what a schema, or one of the parts that all must fit, has below some names. */
function memberOf(schema: JsonObject | undefined, ...names: readonly string[]): JsonObject | undefined {
  if (schema === undefined) return undefined;
  const found = names.reduce<Json | undefined>(
    (at, name) => (isJsonObject(at ?? null) ? Object(at)[name] : undefined),
    schema,
  );
  if (isJsonObject(found ?? null)) return Object(found);
  const parts = Array.isArray(schema.allOf) ? schema.allOf.filter(isJsonObject) : [];
  return parts.map((part) => memberOf(part, ...names)).find((one) => one !== undefined);
}

/** Undefined for what takes any geometry, or does not say. */
function typesOf(schema: JsonObject): readonly string[] | undefined {
  const name = publishedName(schema);
  if (name !== undefined) return geometryTypes.includes(name) ? [name] : undefined;
  const type = memberOf(schema, "properties", "type");
  const named = (Array.isArray(type?.enum) ? type.enum : [type?.const]).filter((one) => typeof one === "string");
  if (named.length > 0) return geometryTypes.filter((one) => named.includes(one));
  const alternatives = alternativesOf(schema).filter((one) => one !== schema && one.type !== "null");
  const each = alternatives.map(typesOf);
  if (each.length > 0 && each.every((one) => one !== undefined)) return [...new Set(each.flat())];
  const parts = Array.isArray(schema.allOf) ? schema.allOf.filter(isJsonObject) : [];
  return parts.map(typesOf).find((one) => one !== undefined);
}

/** Deeper than positions of a polygon lie is not looked. */
const deepest = 8;

/** Tells whether the first number of each position may be 180 at most. */
function isBounded(schema: JsonObject, depth: number): boolean {
  if (depth > deepest) return false;
  const { items, prefixItems, properties, maximum, allOf, oneOf, anyOf } = schema;
  if (typeof maximum === "number" && maximum <= 180) return true;
  const [first] = Array.isArray(prefixItems) ? prefixItems : [items];
  const coordinates = isJsonObject(properties ?? null) ? Object(properties).coordinates : undefined;
  const parts = [first, coordinates, ...[allOf, oneOf, anyOf].flatMap((one) => (Array.isArray(one) ? one : []))];
  return parts.filter((one) => isJsonObject(one ?? null)).some((one) => isBounded(Object(one), depth + 1));
}
