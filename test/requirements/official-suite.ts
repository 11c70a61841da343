import { isJsonObject, type Json, type JsonObject } from "../../src/domain/values/json.ts";

/**
 * How the official test suite of OGC API - Processes 1.0 (ets-ogcapi-processes10) makes its requests: it reads the
 * description of a process, which it calls the echo process, and fills in what it recognises. Written from descriptions of
 * its behaviour. What is undefined it skips, as there is nothing of the kind in the description.
 */
export type Described = { readonly inputs: JsonObject; readonly outputs: JsonObject };

const testString = "teststring";

type Type = { readonly name: Json; readonly mediaType?: Json; readonly isBinary: boolean };
type Input = {
  readonly id: string;
  readonly types: readonly Type[];
  readonly isBox: boolean;
  readonly hasFormat: boolean;
};

function schemaOf(definition: Json | undefined): JsonObject {
  return isJsonObject(definition) && isJsonObject(definition.schema) ? definition.schema : {};
}

/** The types that the suite sees in a schema: its own, after that of its items. An enumeration is no matter to it. */
function typesIn(schema: JsonObject): readonly Type[] {
  const { type, items, contentMediaType, contentEncoding, format } = schema;
  if (type === undefined) return [];
  const ofItems = type === "array" && isJsonObject(items) && items.type !== undefined ? [items.type] : [];
  const isText = type === "string";
  return [
    ...ofItems.map((name) => ({ name, isBinary: false })),
    {
      name: type,
      isBinary: isText && (format === "byte" || contentEncoding === "binary"),
      ...(isText && contentMediaType !== undefined ? { mediaType: contentMediaType } : {}),
    },
  ];
}

function readInput(id: string, definition: Json | undefined): Input {
  const schema = schemaOf(definition);
  if (schema.type !== undefined) {
    const hasFormat = schema.type === "string" && schema.format !== undefined;
    return { id, types: typesIn(schema), isBox: hasBox(schema), hasFormat };
  }
  if (Array.isArray(schema.oneOf)) {
    const choices = schema.oneOf.filter(isJsonObject);
    return { id, types: choices.flatMap(typesIn), isBox: choices.some(hasBox), hasFormat: false };
  }
  return { id, types: [], isBox: isBox(schema), hasFormat: false };
}

function hasBox({ type, properties }: JsonObject): boolean {
  return type === "object" && isJsonObject(properties) && "bbox" in properties;
}

/** It knows a bounding box by the format of a member of `allOf`, and fails at a member before it that has no format. */
function isBox({ allOf }: JsonObject): boolean {
  if (!Array.isArray(allOf)) return false;
  for (const one of allOf) {
    if (!isJsonObject(one) || one.format === undefined) throw new Error("The suite ends: allOf without a format first");
    if (one.format === "ogc-bbox") return true;
  }
  return false;
}

function inputsOf({ inputs }: Described): readonly Input[] {
  return Object.entries(inputs).map(([id, definition]) => readInput(id, definition));
}

/** What it sends for an input in most of its requests; undefined when it sends nothing. */
function ordinaryValue({ types, isBox, hasFormat }: Input): Json | undefined {
  let value: Json | undefined;
  for (const { name, mediaType } of types) {
    if (name === "string") value = hasFormat || mediaType !== undefined ? value : testString;
    else if (isBox) value = { crs: "urn:ogc:def:crs:EPSG:6.6:4326", bbox: Array.from({ length: 4 }, () => 345345345) };
    else if (name === "object") value = { value: testString };
  }
  return value;
}

/** Makes the inputs of its requests; `other` replaces what it sends for some. */
function suiteInputs(described: Described, other: (input: Input) => Json | undefined = () => undefined): JsonObject {
  const values: Record<string, Json> = {};
  for (const input of inputsOf(described)) {
    const value = other(input) ?? ordinaryValue(input);
    if (value !== undefined) values[input.id] = value;
  }
  return values;
}

function suiteOutputs({ outputs }: Described, ids: readonly string[] = Object.keys(outputs)): JsonObject {
  return Object.fromEntries(ids.map((id) => [id, { transmissionMode: "value" }]));
}

/** Makes its ordinary request. It ends when there is no input that it sends something for. */
export function suiteRequest(described: Described, more: JsonObject = {}): JsonObject {
  const inputs = suiteInputs(described);
  if (Object.keys(inputs).length === 0) throw new Error("The suite ends: no supported input found");
  return { inputs, outputs: suiteOutputs(described), ...more };
}

/** Makes its request that says nothing of outputs. */
export function requestWithoutOutputs(described: Described): JsonObject {
  return { inputs: suiteInputs(described) };
}

/** Makes its request of the one output that is called as the first input: of none when there is no such output. */
export function oneOutputRequest(described: Described): JsonObject {
  const [first = ""] = Object.keys(described.inputs);
  const outputs = suiteOutputs(described, first in described.outputs ? [first] : []);
  return { inputs: suiteInputs(described), outputs, response: "raw" };
}

/** Makes its request of a run that is to take a while: the first input and a pause are all that it sends. */
export function pauseRequest(described: Described): JsonObject | undefined {
  const [first] = inputsOf(described);
  if (first === undefined || !("pause" in described.inputs)) return undefined;
  const value = ordinaryValue(first);
  const { outputs } = oneOutputRequest(described);
  const inputs = { ...(value === undefined ? {} : { [first.id]: value }), pause: 5 };
  return { inputs, ...(outputs === undefined ? {} : { outputs }), response: "raw" };
}

/** Makes its request in which the first input of a kind has a value of that kind. */
function requestWith(
  described: Described,
  isMeant: (input: Input) => boolean,
  value: (input: Input) => Json,
  outputs: JsonObject,
): JsonObject | undefined {
  const meant = inputsOf(described).find(isMeant);
  if (meant === undefined) return undefined;
  return { inputs: suiteInputs(described, (input) => (input.id === meant.id ? value(input) : undefined)), outputs };
}

const lists: Readonly<Record<string, Json>> = { integer: [1, 2, 3], string: ["test1", "test2", "test3"] };

/** Makes its request of an array, and of the first output that is one. */
export function arrayRequest(described: Described): JsonObject | undefined {
  const output = Object.entries(described.outputs).find(([, one]) => schemaOf(one).type === "array")?.[0];
  const value = ({ types }: Input) => lists[String(types.find(({ name }) => name !== "array")?.name)] ?? [];
  const isArray = ({ types }: Input) => types.some(({ name }) => name === "array");
  return requestWith(described, isArray, value, suiteOutputs(described, output === undefined ? [] : [output]));
}

/** Makes its request of a bounding box, and of the outputs that are one. */
export function boxRequest(described: Described): JsonObject | undefined {
  const box = { bbox: [51.9, 7, 52, 7.1], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
  const outputs = Object.keys(described.outputs).filter((id) => {
    const schema = schemaOf(described.outputs[id]);
    return schema.type === undefined && isBox(schema);
  });
  return requestWith(
    described,
    (input) => input.isBox,
    () => box,
    suiteOutputs(described, outputs),
  );
}

function isBinary({ types }: Input): boolean {
  return types.some((type) => type.isBinary);
}

function imageTypeOf({ types }: Input): JsonObject {
  const type = types.find(({ mediaType }) => String(mediaType).includes("tiff"))?.mediaType;
  return type === undefined ? {} : { mediaType: type };
}

/** Makes its request of an image in base64; its ordinary one when there is no input for bytes. */
export function binaryRequest(described: Described, image: Uint8Array): JsonObject {
  const value = Buffer.from(image).toString("base64");
  const filled = (input: Input) => ({ value, format: { ...imageTypeOf(input), encoding: "base64" } });
  return requestWith(described, isBinary, filled, suiteOutputs(described)) ?? suiteRequest(described);
}

/** Makes its request of an image by reference; its ordinary one when there is no input for bytes. */
export function referenceRequest(described: Described, href: string): JsonObject {
  const filled = (input: Input) => ({ href, format: imageTypeOf(input) });
  return requestWith(described, isBinary, filled, suiteOutputs(described)) ?? suiteRequest(described);
}

/** Makes its request that is to be refused: a format that does not exist, for each input that has formats. */
export function wrongFormatRequest(described: Described): JsonObject | undefined {
  const hasType = ({ types }: Input) => types.some(({ mediaType }) => mediaType !== undefined);
  if (!inputsOf(described).some(hasType)) return undefined;
  const wrong = (input: Input) => (hasType(input) ? { type: "wrong/type_1" } : undefined);
  return { inputs: suiteInputs(described, wrong), outputs: suiteOutputs(described) };
}
