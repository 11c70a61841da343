import { defined, unlessEmpty } from "../../domain/defined.ts";
import type { InputDefinition, OutputDefinition } from "../../domain/processes/process.ts";
import { crs84, crs84h, epsg4326, shortEpsg4326 } from "../../domain/values/crs.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import { directoryType, unknownMediaType } from "../../domain/values/media-type.ts";
import { formatMediaType } from "../values/formats.ts";
import { outputMediaType } from "../values/output-types.ts";
import { holdsFiles, isOptional, members } from "../values/types.ts";
import { fromCustom } from "./custom-types.ts";
import { describeAssets, describeMetadata } from "./describe-metadata.ts";
import { operationFaults } from "./requirements.ts";
import type { CwlDocument, CwlType, InputParameter } from "./schema.ts";

/** The parts of a process description that a CWL document gives; the process's id is the deployer's to choose. */
export type CwlDescription = {
  /** The main process's own id, when it is more than `main`. */
  readonly suggestedId?: string;
  readonly title?: string;
  readonly description?: string;
  readonly keywords?: string[];
  readonly version?: string;
  readonly metadata?: JsonObject[];
  /** How the package wants its jobs to be run. */
  readonly heddle?: { readonly assets: string[] };
  readonly inputs: Record<string, InputDefinition>;
  readonly outputs: Record<string, OutputDefinition>;
  /** Ids of the inputs that are files. */
  readonly fileInputs: readonly string[];
  readonly isWorkflow: boolean;
};

/** Describes a CWL document's main process in the terms of OGC API - Processes, with JSON Schema 2020-12. */
export function describeDocument(document: CwlDocument): CwlDescription {
  const { main } = document;
  const { assets } = describeAssets(main);
  const inputs = main.inputs.map((input) => [input.id, describeInput(input)] as const);
  const outputs = main.outputs.map((output) => {
    const schema = typeSchema(output.type, {
      mediaTypes: [outputMediaType(document, main, output.id)].flatMap((type) => type ?? []),
    });
    return [output.id, { ...described(output), schema }] as const;
  });
  return {
    ...(main.id === "main" ? {} : { suggestedId: main.id }),
    ...described(main),
    ...describeMetadata(main),
    ...(assets === undefined ? {} : { heddle: { assets } }),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    fileInputs: main.inputs.filter((input) => isFileOrList(input.type)).map((input) => input.id),
    isWorkflow: main.kind === "workflow",
  };
}

/** Words why a document cannot be offered over HTTP; empty when it can. Images may come after it: jobs look for them. */
export function descriptionFaults(document: CwlDocument): readonly string[] {
  const { fault } = describeAssets(document.main);
  return [...(fault === undefined ? [] : [fault]), ...operationFaults(document)];
}

/** Tells whether all values of a type are files or directories, or all are lists of them. */
function isFileOrList(type: CwlType): boolean {
  const isOne = ({ kind }: CwlType) => kind === "File" || kind === "Directory";
  const accepted = members(type).filter(({ kind }) => kind !== "null");
  const [only] = accepted;
  if (accepted.length === 1 && only?.kind === "array") return members(only.items).every(isOne);
  return accepted.length > 0 && accepted.every(isOne);
}

function described(from: { readonly label?: string; readonly doc?: string }): { title?: string; description?: string } {
  return defined({ title: from.label, description: from.doc });
}

/** An array of CWL is an input that may occur several times, each occurrence an item. */
function describeInput(input: InputParameter): InputDefinition {
  const accepted = members(input.type).filter((member) => member.kind !== "null");
  const [only] = accepted;
  const isArray = accepted.length === 1 && only?.kind === "array";
  const schema = typeSchema(isArray ? only.items : input.type, {
    mediaTypes: input.formats.flatMap((format) => formatMediaType(format) ?? []),
    unknown: unknownMediaType,
  });
  const isDefaultShown = input.default !== undefined && input.default !== null && !holdsFiles(input.type);
  return {
    ...described(input),
    schema: { ...schema, ...(isDefaultShown ? { default: fromCustom(input.type, input.default) } : {}) },
    minOccurs: isOptional(input.type) || input.default !== undefined ? 0 : 1,
    maxOccurs: isArray ? "unbounded" : 1,
  };
}

const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/** Writes a CWL type as JSON Schema; null is left out: an optional value is one that is not given. */
function typeSchema(type: CwlType, files: Files): JsonObject {
  switch (type.kind) {
    case "null":
      return { type: "null" };
    case "boolean":
    case "string":
      return { type: type.kind };
    case "int":
      return { type: "integer", format: "int32", ...int32 };
    case "long":
      return { type: "integer", format: "int64" };
    case "float":
    case "double":
      return { type: "number", format: type.kind };
    case "enum":
      return { type: "string", enum: type.symbols };
    case "File":
      return fileSchema(files);
    case "Directory":
      return directorySchema;
    case "Any":
      return {};
    case "array":
      return { type: "array", items: typeSchema(type.items, { ...files, isInside: true }) };
    case "record":
      return recordSchema(type);
    case "union":
      return unionSchema(type.members, files);
    default:
      return type satisfies never;
  }
}

/** Readers of descriptions tell a bounding box by the format of the first member (OGC 18-062r2, 7.11.2). */
const boundingBoxSchema: JsonObject = {
  allOf: [
    { format: "ogc-bbox" },
    {
      type: "object",
      required: ["bbox"],
      properties: {
        bbox: { type: "array", items: { type: "number" }, minItems: 4, maxItems: 6 },
        crs: {
          type: "string",
          enum: [crs84, crs84h, epsg4326, shortEpsg4326],
          default: crs84,
          description:
            "Other spellings that OGC uses of the same are understood. EPSG/0/4326 is latitude first, EPSG:4326 longitude first.",
        },
      },
    },
  ],
};

/** A directory is named by a reference: to an archive, a list of its files, a STAC item or catalogue. */
const directorySchema: JsonObject = { type: "string", format: "uri", contentMediaType: directoryType };

function unionSchema(types: readonly CwlType[], files: Files): JsonObject {
  const others = types.filter((type) => type.kind !== "null");
  const inside = others.length > 1 ? { ...files, isInside: true } : files;
  const schemas = others.map((type) => typeSchema(type, inside));
  const [only] = schemas;
  return only !== undefined && schemas.length === 1 ? only : { anyOf: schemas };
}

function recordSchema(type: CwlType & { kind: "record" }): JsonObject {
  if (type.meaning === "ogc-bbox") return boundingBoxSchema;
  if (type.meaning !== undefined) return { type: "string", format: type.meaning };
  const properties = type.fields.map(
    (field) =>
      [
        field.name,
        { ...described(field), ...typeSchema(field.type, { mediaTypes: [], unknown: unknownMediaType }) },
      ] as const,
  );
  const required = type.fields.filter((field) => !isOptional(field.type)).map((field) => field.name);
  return {
    type: "object",
    ...defined({ format: type.format }),
    properties: Object.fromEntries(properties),
    ...defined({ required: unlessEmpty(required) }),
  };
}

/** What files are: `unknown` stands for any; without it nothing is claimed of files that are known only later. */
type Files = {
  readonly mediaTypes: readonly string[];
  readonly unknown?: string;
  /** They stand inside other values, where a value has to fit the schema as it is: one that differs by media type only fits several. */
  readonly isInside?: boolean;
};

function fileSchema({ mediaTypes, unknown, isInside = false }: Files): JsonObject {
  const bytes = { type: "string", contentEncoding: "binary" };
  const known = mediaTypes.length === 0 && unknown !== undefined ? [unknown] : mediaTypes;
  const schemas = known.map((contentMediaType) => ({ ...bytes, contentMediaType }));
  const [only = bytes] = schemas;
  if (schemas.length < 2) return only;
  return isInside ? { anyOf: schemas } : { oneOf: schemas };
}
