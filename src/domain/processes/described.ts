import { isJsonObject, type Json, type JsonObject } from "../values/json.ts";
import { directoryType, essenceOf, unknownMediaType } from "../values/media-type.ts";

/** Lists the alternatives of an input's or output's schema: its `oneOf` or `anyOf`, or itself. */
export function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(alternatives)) return [schema];
  return alternatives.filter(isJsonObject);
}

/** Lists the media types that a schema names; JSON or plain text when it names none. */
export function mediaTypesOf(schema: JsonObject): readonly string[] {
  return alternativesOf(schema).map((alternative) => {
    if (typeof alternative.contentMediaType === "string") return alternative.contentMediaType;
    if (alternative.contentEncoding === "binary") return unknownMediaType;
    return typeOfSchema(alternative) === "string" ? "text/plain" : "application/json";
  });
}

/**
 * Tells the one type of JSON that a schema takes, null aside: by its `type`, the values that it lists, the parts that all
 * must fit, or alternatives that agree. Undefined when it takes several, or says none.
 */
export function typeOfSchema(schema: JsonObject): string | undefined {
  const { type, allOf } = schema;
  if (type !== undefined) return onlyType(Array.isArray(type) ? type : [type]);
  if (Array.isArray(schema.enum)) return onlyType(schema.enum.map(typeOfValue));
  if (schema.const !== undefined) return onlyType([typeOfValue(schema.const)]);
  const parts = Array.isArray(allOf) ? allOf.filter(isJsonObject).map(typeOfSchema) : [];
  const part = parts.find((one) => one !== undefined);
  if (part !== undefined) return part;
  const alternatives = alternativesOf(schema).filter((one) => one !== schema && one.type !== "null");
  const types = alternatives.map(typeOfSchema);
  return types.every((one) => one === types[0]) ? types[0] : undefined;
}

function onlyType(types: readonly Json[]): string | undefined {
  const [only, ...others] = new Set(types.filter((type) => type !== "null"));
  return typeof only === "string" && others.length === 0 ? only : undefined;
}

function typeOfValue(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Tells whether what a schema describes is a directory, and nothing else. */
export function isDirectorySchema(schema: JsonObject): boolean {
  const types = mediaTypesOf(schema);
  return types.length > 0 && types.every((type) => type === directoryType);
}

/** Tells whether a schema says that null is one of its values. */
export function takesNull(schema: JsonObject): boolean {
  const { type } = schema;
  if (type === "null" || (Array.isArray(type) && type.includes("null"))) return true;
  if (type === undefined && Array.isArray(schema.enum) && schema.enum.includes(null)) return true;
  return alternativesOf(schema).some((one) => one !== schema && takesNull(one));
}

/** Tells whether a schema is that of a bounding box: by its format, or that of one of the parts that all must fit. */
export function isBoxSchema(schema: JsonObject): boolean {
  const isBox = (one: unknown) =>
    isJsonObject(one) && typeof one.format === "string" && one.format.endsWith("ogc-bbox");
  return isBox(schema) || (Array.isArray(schema.allOf) && schema.allOf.some(isBox));
}

/** Tells whether values of a schema are objects, and nothing else, so that one may stand without a `value` around it. */
export function takesObjectsOnly(schema: JsonObject): boolean {
  return typeOfSchema(schema) === "object" && !isBoxSchema(schema);
}

/** Compares two media types without their parameters. */
export function isSameType(one: string, other: string): boolean {
  return essenceOf(one) === essenceOf(other);
}

/** Tells whether a media type is the described one, parameters aside, or one of its range (`image/*`). */
export function isOfType(mediaType: string, described: string): boolean {
  const range = /^([^/]+\/)\*$/.exec(essenceOf(described))?.[1];
  return range === undefined ? isSameType(mediaType, described) : essenceOf(mediaType).startsWith(range);
}

/** Finds what is described under an id; names that every object has are no ids. */
export function ownMember<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** More ids than these are not listed in a fault. */
const maxListed = 50;

/** Lists ids for a fault. */
export function idsOf(record: Readonly<Record<string, unknown>>): string {
  const ids = Object.keys(record);
  return [...ids.slice(0, maxListed), ...(ids.length > maxListed ? [`and ${ids.length - maxListed} more`] : [])].join(
    ", ",
  );
}
