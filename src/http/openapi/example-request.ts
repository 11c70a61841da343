import type { InputDefinition, ProcessDescription } from "../../domain/processes/process.ts";
import { isRepeated } from "../../domain/values/execution-inputs.ts";
import { isJsonObject, type Json, type JsonObject, objectWithDoubles } from "../../domain/values/json.ts";
import type { Shape } from "../../pages/form/field.ts";
import { fieldsOf } from "../../pages/form/fields-of.ts";
import { sampleAddress } from "./sample-files.ts";

const maxDepth = 8;

/**
 * Makes a request that a process takes as it stands: what it wants, and what it has defaults for. Values are defaults and
 * examples of the description, else the least that the schema lets pass.
 */
export function exampleRequest({ inputs }: Pick<ProcessDescription, "inputs">): JsonObject {
  const members = fieldsOf({ inputs }).flatMap(({ id, shape }): readonly (readonly [string, Json])[] => {
    const input = inputs[id];
    if (input === undefined) return [];
    const given = givenExample(input.schema);
    if (given !== undefined) return [[id, given]];
    return input.minOccurs === 0 ? [] : [[id, inputExample(input, shape)]];
  });
  return { inputs: Object.fromEntries(members) };
}

/** West, south, east and north of a small area. */
const smallBox = [7, 46, 8, 47];

/** An input that takes several values is shown as a list, also where one value would do. */
function inputExample(input: InputDefinition, shape: Shape): Json {
  const { schema, minOccurs } = input;
  if (shape.kind === "rows" && shape.isBox === true && shape.least <= 4 && fitsAll(shape.item, smallBox))
    return smallBox;
  const value = exampleOf(schema, maxDepth);
  return isRepeated(input) ? Array.from({ length: Math.max(1, minOccurs) }, () => value) : value;
}

function fitsAll(item: Shape, numbers: readonly number[]): boolean {
  if (item.kind !== "number") return false;
  const [least, most] = [Number(item.minimum ?? "-Infinity"), Number(item.maximum ?? "Infinity")];
  return numbers.every((one) => one >= least && one <= most);
}

/** What a schema says itself. */
function givenExample(schema: JsonObject): Json | undefined {
  const { default: fallback, examples, example, const: constant, enum: choices } = schema;
  const first = (list: Json | undefined): Json | undefined => (Array.isArray(list) ? list[0] : undefined);
  const found = fallback ?? first(examples) ?? example ?? constant;
  return found === null
    ? undefined
    : (found ?? (fallback === undefined && isOnly(choices) ? first(choices) : undefined));
}

function isOnly(choices: Json | undefined): boolean {
  return Array.isArray(choices) && choices.length === 1;
}

function exampleOf(schema: JsonObject, depth: number): Json {
  const given = givenExample(schema);
  if (given !== undefined) return given;
  const { enum: choices, contentMediaType, contentEncoding } = schema;
  if (Array.isArray(choices)) return choices[0] ?? null;
  if (contentMediaType !== undefined || contentEncoding !== undefined) return fileExample(contentMediaType);
  if (schema.format === "ogc-bbox") return { bbox: [-10, -10, 10, 10] };
  const type = Array.isArray(schema.type) ? schema.type.find((one: Json) => one !== "null") : schema.type;
  if (type === undefined) return choiceExample(schema, depth);
  switch (type) {
    case "boolean":
      return false;
    case "integer":
      return numberExample(schema, 1);
    case "number":
      return numberExample(schema, 0.5);
    case "array":
      return arrayExample(schema, depth);
    case "object":
      return objectExample(schema, depth);
    default:
      return textExample(schema);
  }
}

/** Of several schemas one is enough; of those that all hold, the one that says most comes first as a rule. */
function choiceExample(schema: JsonObject, depth: number): Json {
  for (const list of [schema.anyOf, schema.oneOf, schema.allOf]) {
    const schemas: readonly Json[] = Array.isArray(list) ? list : [];
    const [first] = schemas.filter(isJsonObject);
    if (first !== undefined && depth > 0) return exampleOf(first, depth - 1);
  }
  return schema.properties === undefined ? "text" : objectExample(schema, depth);
}

/** A small file of the type, in its own address. */
function fileExample(mediaType: Json | undefined): Json {
  return sampleAddress(typeof mediaType === "string" ? mediaType : "text/plain");
}

function numberExample(schema: JsonObject, wanted: number): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = objectWithDoubles(schema);
  const isFloat = !Number.isInteger(wanted);
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : isFloat ? 1e-3 : 1;
  const lowest = typeof exclusiveMinimum === "number" ? exclusiveMinimum + step : minimum;
  const highest = typeof exclusiveMaximum === "number" ? exclusiveMaximum - step : maximum;
  let value = typeof multipleOf === "number" ? multipleOf : wanted;
  if (typeof highest === "number" && value > highest) value = highest;
  if (typeof lowest === "number" && value < lowest) value = lowest;
  return typeof multipleOf === "number" ? Math.ceil(value / step) * step : value;
}

function arrayExample(schema: JsonObject, depth: number): Json {
  const { items, prefixItems, minItems, maxItems } = schema;
  const prefix: readonly Json[] = Array.isArray(prefixItems) ? prefixItems : [];
  const least = typeof minItems === "number" ? minItems : prefix.length;
  const length = Math.min(Math.max(1, least), typeof maxItems === "number" ? maxItems : 100, 100);
  return Array.from({ length }, (_, index) => {
    const one = prefix[index] ?? items;
    return isJsonObject(one) && depth > 0 ? exampleOf(one, depth - 1) : 1;
  });
}

function objectExample(schema: JsonObject, depth: number): Json {
  const { properties, required } = schema;
  const names: readonly Json[] = Array.isArray(required) ? required : [];
  const members = names.flatMap((name): readonly (readonly [string, Json])[] => {
    if (typeof name !== "string") return [];
    const one = isJsonObject(properties) ? properties[name] : undefined;
    return [[name, isJsonObject(one) && depth > 0 ? exampleOf(one, depth - 1) : "text"]];
  });
  return Object.fromEntries(members);
}

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "P1D",
  email: "name@example.org",
  "idn-email": "name@example.org",
  hostname: "example.org",
  "idn-hostname": "example.org",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.org/",
  iri: "https://example.org/",
  uuid: "00000000-0000-4000-8000-000000000000",
  "json-pointer": "/a",
  "relative-json-pointer": "0",
};

function textExample({ format, minLength, maxLength }: JsonObject): string {
  const known = typeof format === "string" && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (known !== undefined) return known;
  const least = typeof minLength === "number" ? Math.min(minLength, 1_000) : 0;
  return "text".padEnd(least, "t").slice(0, typeof maxLength === "number" ? Math.max(maxLength, least) : undefined);
}
