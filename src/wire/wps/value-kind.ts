import { alternativesOf, isBoxSchema, typeOfSchema } from "../../domain/described.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { isJsonType, isTextType } from "../../domain/media-type.ts";

/** A format of complex data. */
export type WpsFormat = { readonly mediaType?: string; readonly encoding?: string; readonly schema?: string };

/** Makes a format of the parts that are known. */
export function formatOfParts(
  mediaType: string | undefined,
  encoding: string | undefined,
  schema: string | undefined,
): WpsFormat {
  return {
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(schema === undefined ? {} : { schema }),
  };
}

/** What WPS calls an input or output: three kinds, with the default format or reference system. */
export type ValueKind =
  | { readonly kind: "literal"; readonly dataType?: string }
  | ({ readonly kind: "complex" } & WpsFormat)
  | {
      readonly kind: "bbox";
      readonly crs?: string;
      /** All reference systems on offer, the default first. */
      readonly supportedCrs?: readonly string[];
    };

/** Tells the kind that a JSON Schema stands for: a bounding box by its format, a literal by its type, else complex. */
export function kindOfSchema(schema: JsonObject): ValueKind {
  if (isBoxSchema(schema)) return { kind: "bbox", ...crsOf(schema) };
  const alternatives = alternativesOf(schema).filter((one) => one.type !== "null");
  const types = alternatives.map(literalTypeOf);
  const [first] = types;
  if (first !== undefined && types.every((type) => type !== undefined)) {
    return { kind: "literal", dataType: types.every((type) => type === first) ? first : "string" };
  }
  return { kind: "complex", ...formatsOfSchema(schema)[0] };
}

/** Lists the formats that a schema of complex data names, the default first. */
export function formatsOfSchema(schema: JsonObject): readonly WpsFormat[] {
  const alternatives = alternativesOf(schema).filter((one) => one.type !== "null");
  return alternatives.map((alternative) => {
    const own = alternative.contentMediaType ?? schema.contentMediaType;
    const mediaType =
      typeof own === "string" ? own : typeOfSchema(alternative) === "string" ? "text/plain" : "application/json";
    const declared = alternative.contentEncoding ?? schema.contentEncoding;
    const isBinary =
      declared === "base64" || (declared === "binary" && !isJsonType(mediaType) && !isTextType(mediaType));
    return {
      mediaType,
      ...(isBinary ? { encoding: "base64" } : {}),
      ...(typeof alternative.contentSchema === "string" ? { schema: alternative.contentSchema } : {}),
    };
  });
}

/** The reference systems that the schema of a bounding box names, the default first. */
export function crsOfSchema(schema: JsonObject): readonly string[] {
  const crs = boxProperties(schema)?.crs;
  if (!isJsonObject(crs)) return [];
  const given = Array.isArray(crs.enum) ? crs.enum : Array.isArray(crs.examples) ? crs.examples : [];
  const all = [crs.default, ...given].filter((one) => typeof one === "string");
  return [...new Set(all)];
}

function crsOf(schema: JsonObject): { readonly crs?: string; readonly supportedCrs?: readonly string[] } {
  const supportedCrs = crsOfSchema(schema);
  const [crs] = supportedCrs;
  return crs === undefined ? {} : { crs, supportedCrs };
}

function boxProperties(schema: JsonObject): JsonObject | undefined {
  const holders = [schema, ...(Array.isArray(schema.allOf) ? schema.allOf : [])].filter(isJsonObject);
  return holders.map((one) => one.properties).find(isJsonObject);
}

const stringFormats: Readonly<Record<string, string>> = {
  date: "date",
  "date-time": "dateTime",
  time: "time",
  uri: "anyURI",
};

/** The type of XML Schema that a JSON Schema means; undefined when it is no literal. */
function literalTypeOf(schema: JsonObject): string | undefined {
  if (schema.contentMediaType !== undefined || schema.contentEncoding !== undefined) return undefined;
  switch (typeOfSchema(schema)) {
    case "string":
      return (typeof schema.format === "string" ? stringFormats[schema.format] : undefined) ?? "string";
    case "number":
      // Clients in Python know this word for a number, and take another one for text.
      return schema.format === "double" ? "double" : "float";
    case "integer":
      return "integer";
    case "boolean":
      return "boolean";
    default:
      return undefined;
  }
}
