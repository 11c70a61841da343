import { isNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";

/** The keywords that a schema of OpenAPI 3.0 may have. */
const keywords = [
  "title",
  "multipleOf",
  "maximum",
  "exclusiveMaximum",
  "minimum",
  "exclusiveMinimum",
  "maxLength",
  "minLength",
  "pattern",
  "maxItems",
  "minItems",
  "uniqueItems",
  "maxProperties",
  "minProperties",
  "required",
  "enum",
  "type",
  "not",
  "allOf",
  "oneOf",
  "anyOf",
  "items",
  "properties",
  "additionalProperties",
  "description",
  "format",
  "default",
  "nullable",
  "discriminator",
  "readOnly",
  "writeOnly",
  "example",
  "externalDocs",
  "deprecated",
  "xml",
];

/** Converts an OpenAPI 3.1 document to 3.0: the version, and every schema in it. */
export function toOpenApi30(document: JsonObject): JsonObject {
  const { openapi: _version, ...rest } = document;
  const converted = convertDocument(rest);
  return { openapi: "3.0.4", ...(isJsonObject(converted) ? converted : {}) };
}

/** Finds the schemas of a document: members called `schema`, and those of `components.schemas`. */
function convertDocument(value: Json): Json {
  if (Array.isArray(value)) return value.map(convertDocument);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === "schema") return [name, toSchema30(member)];
      if (name === "schemas" && isJsonObject(member)) return [name, mapValues(member, toSchema30)];
      return [name, convertDocument(member)];
    }),
  );
}

function mapValues(members: JsonObject, convert: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, convert(member)]));
}

/** Converts a JSON Schema of 2020-12 to the keywords of OpenAPI 3.0; what those cannot say is left out. */
export function toSchema30(schema: Json): Json {
  if (!isJsonObject(schema)) return schema === true ? {} : schema === false ? { not: {} } : schema;
  if (typeof schema.$ref === "string") return { $ref: schema.$ref };
  const converted: Record<string, Json> = {};
  for (const [name, member] of Object.entries(schema)) {
    const isEmpty = name === "required" && Array.isArray(member) && member.length === 0;
    if (keywords.includes(name) && !isEmpty) converted[name] = convertMember(name, member);
  }
  return {
    ...converted,
    ...convertConst(schema),
    ...convertType(schema, converted),
    ...convertBounds(schema),
    ...convertItems(schema),
  };
}

function convertMember(name: string, member: Json): Json {
  if (name === "properties" && isJsonObject(member)) return mapValues(member, toSchema30);
  if (["allOf", "anyOf", "oneOf"].includes(name) && Array.isArray(member)) return member.map(toSchema30);
  if (["items", "not", "additionalProperties"].includes(name))
    return typeof member === "boolean" ? member : toSchema30(member);
  return member;
}

function convertConst(schema: JsonObject): JsonObject {
  return schema.const === undefined ? {} : { enum: [schema.const] };
}

/** `null` becomes `nullable`; several types become alternatives. */
function convertType(schema: JsonObject, converted: JsonObject): JsonObject {
  const { type } = schema;
  if (type === "null") return { enum: [null], nullable: true, type: "string" };
  if (!Array.isArray(type)) return {};
  const others = type.filter((one) => one !== "null");
  const nullable = others.length < type.length ? { nullable: true } : {};
  const [only] = others;
  if (others.length === 1 && only !== undefined) return { type: only, ...nullable };
  const { type: _several, ...shared } = converted;
  return { ...nullable, type: "object", allOf: [{ anyOf: others.map((one) => ({ ...shared, type: one })) }] };
}

/** Bounds that exclude their value are flags beside the bound. */
function convertBounds(schema: JsonObject): JsonObject {
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  return {
    ...(isNumber(above) ? { minimum: above, exclusiveMinimum: true } : {}),
    ...(isNumber(below) ? { maximum: below, exclusiveMaximum: true } : {}),
  };
}

/** An array must say what its items are. */
function convertItems(schema: JsonObject): JsonObject {
  const { prefixItems, items, type } = schema;
  if (Array.isArray(prefixItems)) return { items: { anyOf: prefixItems.map(toSchema30) } };
  return type === "array" && items === undefined ? { items: {} } : {};
}
