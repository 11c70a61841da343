import { defined } from "../../domain/defined.ts";
import { alternativesOf, isBoxSchema, typeOfSchema } from "../../domain/processes/described.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isJsonType, isTextType, unknownMediaType } from "../../domain/values/media-type.ts";

/** A format of complex data. */
export type WpsFormat = { readonly mediaType?: string; readonly encoding?: string; readonly schema?: string };

/** Builds a format of the parts that are known. */
export function formatOfParts(
  mediaType: string | undefined,
  encoding: string | undefined,
  schema: string | undefined,
): WpsFormat {
  return defined({ mediaType, encoding, schema });
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
    const declared = alternative.contentEncoding ?? schema.contentEncoding;
    const usual = typeOfSchema(alternative) === "string" ? "text/plain" : "application/json";
    const mediaType = typeof own === "string" ? own : declared === "binary" ? unknownMediaType : usual;
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
  const described = crsSchemas(schema);
  const crs = described.find((one) => listOf(one) !== undefined) ?? described[0];
  if (crs === undefined) return [];
  const given = listOf(crs) ?? [];
  const isOffered = (one: Json | undefined) => given.length === 0 || given.some((other) => other === one);
  const all = [...(isOffered(crs.default) ? [crs.default] : []), ...given].filter((one) => typeof one === "string");
  return [...new Set(all)];
}

function crsOf(schema: JsonObject): { readonly crs?: string; readonly supportedCrs?: readonly string[] } {
  const supportedCrs = crsOfSchema(schema);
  const [crs] = supportedCrs;
  return crs === undefined ? {} : { crs, supportedCrs };
}

function crsSchemas(schema: JsonObject): readonly JsonObject[] {
  const holders = [schema, ...(Array.isArray(schema.allOf) ? schema.allOf : [])].filter(isJsonObject);
  return holders.flatMap(({ properties }) =>
    isJsonObject(properties) && isJsonObject(properties.crs) ? [properties.crs] : [],
  );
}

function listOf(crs: JsonObject): readonly Json[] | undefined {
  return [crs.enum, crs.examples].find((one): one is readonly Json[] => Array.isArray(one));
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
