import { isJsonObject, type Json, type JsonObject } from "../../src/domain/json.ts";

/**
 * How the official test suite of OGC API - Processes 1.0 (ets-ogcapi-processes10) makes its requests: it reads the
 * description of an echo process, and fills in what it recognises. Written from descriptions of its behaviour.
 */
export type Described = { readonly inputs: JsonObject; readonly outputs: JsonObject };

const testString = "teststring";

type Type = {
  readonly type: Json | undefined;
  readonly mediaType: Json | undefined;
  readonly format: Json | undefined;
};

/** The types that the suite sees: at the top, in `oneOf`, and of the items of an array. */
function typesOf(definition: Json | undefined): readonly Type[] {
  const schema = schemaOf(definition);
  if (Array.isArray(schema.oneOf))
    return schema.oneOf.filter(isJsonObject).map((one) => ({ ...typeOf(one), format: undefined }));
  if (schema.type === undefined) return [];
  return [typeOf(schema), ...(isJsonObject(schema.items) ? [typeOf(schema.items)] : [])];
}

function schemaOf(definition: Json | undefined): JsonObject {
  return isJsonObject(definition) && isJsonObject(definition.schema) ? definition.schema : {};
}

function typeOf({ type, contentMediaType, format }: JsonObject): Type {
  return { type, mediaType: contentMediaType, format };
}

function hasType(definition: Json | undefined, type: string): boolean {
  return typesOf(definition).some((one) => one.type === type);
}

/** It knows a bounding box by the format of the first member of `allOf`. */
function isBox(definition: Json | undefined): boolean {
  const { allOf } = schemaOf(definition);
  return Array.isArray(allOf) && isJsonObject(allOf[0]) && allOf[0].format === "ogc-bbox";
}

/** What it sends for an input in most of its requests; undefined when it sends nothing. */
function ordinaryValue(definition: Json | undefined): Json | undefined {
  const types = typesOf(definition);
  // It takes no notice of what an object must be.
  if (types.some(({ type }) => type === "object")) return { value: testString };
  const isPlain = types.some(
    ({ type, mediaType, format }) => type === "string" && mediaType === undefined && format === undefined,
  );
  return isPlain ? testString : undefined;
}

/** Makes the inputs of its requests; `other` replaces what it sends for some. */
export function suiteInputs(
  { inputs }: Described,
  other: (definition: Json | undefined) => Json | undefined = () => undefined,
): JsonObject {
  const values: Record<string, Json> = {};
  for (const [id, definition] of Object.entries(inputs)) {
    const value = other(definition) ?? ordinaryValue(definition);
    if (value !== undefined) values[id] = value;
  }
  return values;
}

/** Makes the outputs of its requests: all, or those that are wanted. */
export function suiteOutputs(
  { outputs }: Described,
  isWanted: (definition: Json | undefined) => boolean = () => true,
): JsonObject {
  const ids = Object.entries(outputs).filter(([, definition]) => isWanted(definition));
  return Object.fromEntries(ids.map(([id]) => [id, { transmissionMode: "value" }]));
}

/** Makes its ordinary request. */
export function suiteRequest(described: Described, more: JsonObject = {}): JsonObject {
  return { inputs: suiteInputs(described), outputs: suiteOutputs(described), ...more };
}

/** Makes its request of the one output that is called as the first input. */
export function oneOutputRequest(described: Described, more: JsonObject = {}): JsonObject {
  const [first = ""] = Object.keys(described.inputs);
  return { inputs: suiteInputs(described), outputs: { [first]: { transmissionMode: "value" } }, ...more };
}

/** Makes its request of an array, and of the first output that is one. */
export function arrayRequest(described: Described): JsonObject {
  const inputs = suiteInputs(described, (one) => (hasType(one, "array") ? [1, 2, 3] : undefined));
  const [output = ""] = Object.entries(described.outputs).find(([, one]) => hasType(one, "array")) ?? [];
  return { inputs, outputs: { [output]: { transmissionMode: "value" } } };
}

/** Makes its request of bounding boxes. */
export function boxRequest(described: Described): JsonObject {
  const box = { bbox: [51.9, 7, 52, 7.1], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
  const inputs = suiteInputs(described, (one) => (isBox(one) ? box : undefined));
  return { inputs, outputs: suiteOutputs(described, isBox) };
}

/** Makes its request that is to be refused: a format that does not exist, for each input that has formats. */
export function wrongFormatRequest(described: Described): JsonObject {
  const wrong = (definition: Json | undefined) =>
    typesOf(definition).some(({ mediaType }) => mediaType !== undefined) ? { type: "wrong/type_1" } : undefined;
  return { inputs: suiteInputs(described, wrong), outputs: suiteOutputs(described) };
}
