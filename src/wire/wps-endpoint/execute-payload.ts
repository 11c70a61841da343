import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { alternativesOf, isSameType, typeOfSchema } from "../../domain/processes/described.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import { type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../../domain/values/json-bounds.ts";
import { isJsonType } from "../../domain/values/media-type.ts";
import type { WpsData } from "../wps/data.ts";
import { literalValue } from "../wps/literal-types.ts";
import { kindOfSchema } from "../wps/value-kind.ts";
import type { CalledOutput, ExecuteCall } from "./read-execute.ts";

/**
 * Makes the JSON execution request that a WPS one means, with its inputs and outputs as lists, so that inputs may be
 * repeated. Nothing is checked: whoever reads the payload does that.
 */
export function executePayload(call: ExecuteCall, description: ProcessDescription): JsonObject {
  return {
    mode: call.mode,
    response: call.response,
    inputs: call.inputs.map(({ id, data }) => ({ id, ...inputForm(data, schemaOf(description.inputs, id)) })),
    ...(call.outputs === undefined
      ? {}
      : { outputs: call.outputs.map((output) => outputForm(output, schemaOf(description.outputs, output.id))) }),
  };
}

/** Names the input or output that a JSON pointer into the payload leads to. */
export function locatorOf(call: ExecuteCall, pointer: string): string | undefined {
  const [, list, place] = /^\/(inputs|outputs)\/([^/]+)/.exec(pointer) ?? [];
  if (list === undefined || place === undefined) return pointer.startsWith("/") ? pointer.slice(1) : undefined;
  const given = list === "inputs" ? call.inputs : (call.outputs ?? []);
  return /^\d+$/.test(place) ? (given[Number(place)]?.id ?? place) : place;
}

type Described = Readonly<Record<string, { readonly schema: JsonObject }>>;

function schemaOf(described: Described, id: string): JsonObject {
  return Object.hasOwn(described, id) ? (described[id]?.schema ?? {}) : {};
}

function inputForm(data: WpsData, schema: JsonObject): JsonObject {
  switch (data.kind) {
    case "reference":
      return { href: data.href, ...defined({ type: data.mediaType }) };
    case "bbox":
      return { bbox: data.bbox, ...crsForm(data.crs) };
    case "literal":
      return literalForm(data.text, schema);
    case "complex":
      return complexForm(data, schema);
    default:
      return data satisfies never;
  }
}

function crsForm(crs: string | undefined): JsonObject {
  return defined({ crs });
}

/** By GET, boxes and complex data look like literals. */
function literalForm(text: string, schema: JsonObject): JsonObject {
  const { kind } = kindOfSchema(schema);
  switch (kind) {
    case "literal":
      return { data: literalOf(text, schema) };
    case "bbox":
      return boxForm(text);
    case "complex":
      return complexForm({ kind: "complex", content: text }, schema);
    default:
      return kind satisfies never;
  }
}

/** The first alternative whose type the text has. */
function literalOf(text: string, schema: JsonObject): Json {
  const values = alternativesOf(schema).map((alternative) => literalValue(text, alternative));
  return values.find((value) => typeof value !== "string") ?? text;
}

/** `west,south,east,north[,crs[,dimensions]]` (OGC 06-121r9, 10.2.3). */
function boxForm(text: string): JsonObject {
  const parts = text.split(",").map((part) => part.trim());
  const words = parts.findIndex((part) => part === "" || !Number.isFinite(Number(part)));
  const numbers = (words === -1 ? parts : parts.slice(0, words)).map(Number);
  return { bbox: numbers, ...crsForm(words === -1 ? undefined : parts[words]) };
}

/** JSON is parsed where the input takes a JSON value; where it takes a text or a file, the text is handed on. */
function complexForm(data: Extract<WpsData, { kind: "complex" }>, schema: JsonObject): JsonObject {
  const { content, mediaType, encoding } = data;
  const isBase64 = encoding?.toLowerCase() === "base64";
  const alternatives = alternativesOf(schema);
  const fitting = alternatives.filter((one) => mediaType === undefined || fits(one, mediaType));
  const takesText = fitting.some((one) => typeOfSchema(one) === "string") || fitting.length === 0;
  const value = isBase64 || takesText ? content : parsed(content);
  return {
    value,
    ...defined({ mediaType }),
    ...(encoding === undefined || encoding === "" ? {} : { encoding: isBase64 ? "base64" : encoding.toLowerCase() }),
  };
}

function fits(schema: JsonObject, mediaType: string): boolean {
  const { contentMediaType } = schema;
  if (typeof contentMediaType === "string") return isSameType(contentMediaType, mediaType);
  return typeOfSchema(schema) === "string" ? isSameType(mediaType, "text/plain") : isJsonType(mediaType);
}

function parsed(content: string): Json {
  const excess = excessOfText(content, jsonBounds);
  if (excess !== undefined) {
    const detail = `Cannot execute: found JSON of ${excess.found}, wanted data of this size as a reference`;
    throw new Problem("content-too-large", detail);
  }
  try {
    return parseExact(content);
  } catch {
    return content;
  }
}

/** A literal has no format to choose, and WPS has no reference to one. */
function outputForm(output: CalledOutput, schema: JsonObject): JsonObject {
  const isComplex = kindOfSchema(schema).kind === "complex";
  return {
    id: output.id,
    transmissionMode: output.asReference ? "reference" : "value",
    ...(output.mediaType === undefined || !isComplex ? {} : { mediaType: output.mediaType }),
  };
}
