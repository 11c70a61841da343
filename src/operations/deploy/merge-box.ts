import { fault } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { alternativesOf, typeOfSchema } from "../../domain/processes/described.ts";
import { knownCrs } from "../../domain/values/crs.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { mapSchemas } from "../../engines/json-schema/subschemas.ts";

/**
 * Merges the schema that a deployer gave for a bounding box with that of the CWL: a box must be in a reference system that
 * the tool can be given; the deployer may leave some out.
 */
export function mergeBox(at: string, given: JsonObject, fromCwl: JsonObject, faults: Fault[]): JsonObject {
  if (isListOf(given)) return given;
  const named = mapSchemas(given, (schema) => {
    const { properties } = schema;
    const crs = isJsonObject(properties) ? properties.crs : undefined;
    if (!isJsonObject(properties) || !isJsonObject(crs)) return schema;
    const known = Object.entries(crs).map(([name, value]): [string, Json] => {
      if (name === "default" && typeof value === "string") return [name, knownCrs(value)?.uri ?? value];
      if ((name !== "enum" && name !== "examples") || !Array.isArray(value)) return [name, value];
      return [name, value.map((one) => (typeof one === "string" ? (knownCrs(one)?.uri ?? one) : one))];
    });
    return { ...schema, properties: { ...properties, crs: Object.fromEntries(known) } };
  });
  const offered = crsOfBox(fromCwl);
  const [other] = crsOfBox(named).filter((one) => !offered.includes(one));
  if (other !== undefined) {
    faults.push(fault(at, other, `reference systems of ${offered.join(", ")}, as in the CWL`));
  }
  const { allOf, title, description, default: fallback, ...rest } = named;
  const parts = Array.isArray(allOf) ? allOf : [];
  const ofCwl = Array.isArray(fromCwl.allOf) ? fromCwl.allOf : [];
  const own = [...parts, ...(Object.keys(rest).length === 0 ? [] : [rest])];
  const described = Object.entries({ title, description, default: fallback }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...Object.fromEntries(described), allOf: [{ format: "ogc-bbox" }, ...own, ...ofCwl.slice(1)] };
}

function isListOf(schema: JsonObject): boolean {
  return typeOfSchema(schema) === "array" || alternativesOf(schema).some((one) => typeOfSchema(one) === "array");
}

function crsOfBox(schema: JsonObject): readonly string[] {
  const parts = [schema, ...(Array.isArray(schema.allOf) ? schema.allOf : [])].filter(isJsonObject);
  return parts.flatMap(({ properties }) => {
    const crs = isJsonObject(properties) ? properties.crs : undefined;
    return isJsonObject(crs) && Array.isArray(crs.enum) ? crs.enum.filter((one) => typeof one === "string") : [];
  });
}
