import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";

const single: readonly string[] = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const lists: readonly string[] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const maps: readonly string[] = [
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
];

/** A schema inside another one, and the names that lead to it. */
export type Subschema = { readonly names: readonly (string | number)[]; readonly schema: JsonObject };

/** Gives a schema and all schemas inside it, outer ones first; it follows no reference. */
export function allSchemas(schema: JsonObject): readonly Subschema[] {
  const found: Subschema[] = [{ names: [], schema }];
  // The list grows while it is walked.
  for (const { names, schema: outer } of found) {
    for (const [keyword, value] of Object.entries(outer)) {
      if (single.includes(keyword) && isJsonObject(value)) found.push({ names: [...names, keyword], schema: value });
      if (lists.includes(keyword) && Array.isArray(value)) {
        for (const [index, inner] of value.entries()) {
          if (isJsonObject(inner)) found.push({ names: [...names, keyword, index], schema: inner });
        }
      }
      if (maps.includes(keyword) && isJsonObject(value)) {
        for (const [name, inner] of Object.entries(value)) {
          if (isJsonObject(inner)) found.push({ names: [...names, keyword, name], schema: inner });
        }
      }
    }
  }
  return found;
}

/** Copies a schema with each schema inside it changed, inner ones first; values such as defaults stay as they are. */
export function mapSchemas(schema: JsonObject, change: (schema: JsonObject) => JsonObject): JsonObject {
  const inner = (value: Json): Json => (isJsonObject(value) ? mapSchemas(value, change) : value);
  const members = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (lists.includes(keyword) && Array.isArray(value)) return [keyword, value.map(inner)];
    if (single.includes(keyword)) return [keyword, inner(value)];
    if (!maps.includes(keyword) || !isJsonObject(value)) return [keyword, value];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))];
  });
  return change(Object.fromEntries(members));
}
