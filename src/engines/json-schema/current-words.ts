import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { indexReferences, type References } from "./references.ts";
import { mapSchemas } from "./subschemas.ts";

/**
 * Writes a schema in the words of JSON Schema 2020-12: what OpenAPI 3.0 says in others (`nullable`, boolean exclusive
 * bounds, `example`), which OGC API - Processes 1.0 uses, is translated. A reference that stands for the whole schema, or
 * for one of its alternatives, is replaced by what it leads to, so that everybody sees what the values are.
 */
export function currentSchema(given: JsonObject): JsonObject {
  const schema = mapSchemas(given, translated);
  const references = indexReferences(schema);
  const opened = withoutReference(schema, references);
  const { oneOf, anyOf } = opened;
  return {
    ...opened,
    ...(Array.isArray(oneOf) ? { oneOf: oneOf.map((one) => openedPart(one, references)) } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((one) => openedPart(one, references)) } : {}),
  };
}

function openedPart(part: Json, references: References): Json {
  return isJsonObject(part) ? withoutReference(part, references) : part;
}

/** References that lead to references end somewhere, or in a circle. */
const maxSteps = 16;

/** What only describes may stand beside a reference, and does not change what it leads to. */
const describing = [
  "$comment",
  "$defs",
  "$id",
  "$schema",
  "contentEncoding",
  "contentMediaType",
  "default",
  "definitions",
  "deprecated",
  "description",
  "examples",
  "title",
];

function withoutReference(given: JsonObject, references: References): JsonObject {
  let schema = given;
  for (let step = 0; step < maxSteps; step += 1) {
    const { $ref, ...beside } = schema;
    const target = typeof $ref === "string" ? references.find(step === 0 ? given : schema, $ref) : undefined;
    if (!isJsonObject(target)) return schema;
    if (!Object.keys(beside).every((name) => describing.includes(name))) return schema;
    if (isPublishedBox($ref)) return { ...beside, allOf: [{ format: "ogc-bbox" }, target] };
    schema = { ...target, ...beside };
  }
  return given;
}

/** Readers of descriptions tell a bounding box by the format of the first member (OGC 18-062r2, 7.11.2). */
function isPublishedBox(reference: Json | undefined): boolean {
  return typeof reference === "string" && /^https?:.*[/]bbox(?:\.ya?ml|\.json)?#?$/i.test(reference);
}

/** Writes one schema in the words of 2020-12; those inside it are written so already. */
function translated(schema: JsonObject): JsonObject {
  const { nullable, example, exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const { minimum, maximum, examples, ...unbounded } = rest;
  const plain: JsonObject = {
    ...unbounded,
    ...bound("minimum", "exclusiveMinimum", minimum, exclusiveMinimum),
    ...bound("maximum", "exclusiveMaximum", maximum, exclusiveMaximum),
    ...examplesOf(example, examples),
  };
  return nullable === true ? withNull(plain) : plain;
}

function bound(name: string, strictName: string, value: Json | undefined, strict: Json | undefined): JsonObject {
  if (strict === true) return value === undefined ? {} : { [strictName]: value };
  return {
    ...(value === undefined ? {} : { [name]: value }),
    ...(strict === undefined || strict === false ? {} : { [strictName]: strict }),
  };
}

/** Examples of OpenAPI's own kind are a map by name. */
function examplesOf(example: Json | undefined, examples: Json | undefined): JsonObject {
  if (isJsonObject(examples)) {
    return { examples: Object.values(examples).map((one) => (isJsonObject(one) ? (one.value ?? one) : one)) };
  }
  if (examples !== undefined) return { examples };
  return example === undefined ? {} : { examples: [example] };
}

function withNull(schema: JsonObject): JsonObject {
  const { type, oneOf, anyOf } = schema;
  const listed = Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  if (type !== undefined) {
    const types = Array.isArray(type) ? type : [type];
    return { ...schema, ...listed, type: types.includes("null") ? types : [...types, "null"] };
  }
  if (Array.isArray(oneOf)) return { ...schema, ...listed, oneOf: [...oneOf, { type: "null" }] };
  if (Array.isArray(anyOf)) return { ...schema, ...listed, anyOf: [...anyOf, { type: "null" }] };
  if (Array.isArray(schema.enum)) return { ...schema, ...listed };
  const members = Object.entries(schema);
  const describes = members.filter(([name]) => describing.includes(name));
  const restricting = members.filter(([name]) => !describing.includes(name));
  if (restricting.length === 0) return schema;
  return { ...Object.fromEntries(describes), anyOf: [Object.fromEntries(restricting), { type: "null" }] };
}

/** Writes the schemas of inputs or outputs in the words of JSON Schema 2020-12. */
export function currentParameters<Definition extends { readonly schema: JsonObject }>(
  parameters: Readonly<Record<string, Definition>>,
): Record<string, Definition> {
  const entries = Object.entries(parameters).map(([id, definition]): [string, Definition] => {
    const schema = currentSchema(definition.schema);
    return [id, { ...definition, schema }];
  });
  return Object.fromEntries(entries);
}
