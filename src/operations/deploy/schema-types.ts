import { typeOfSchema } from "../../domain/processes/described.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";

/** Writes what a description says of a parameter as a type of CWL. What CWL cannot say is widened, and told. */
export function cwlTypeOf(definition: Json | undefined, at: string, warnings: string[]): Json {
  const described: JsonObject = isJsonObject(definition) ? definition : {};
  const schema = isJsonObject(described.schema) ? described.schema : {};
  const one = plainType(schema, at, warnings);
  const isList = described.maxOccurs === "unbounded" || Number(described.maxOccurs ?? 1) > 1;
  const type: Json = isList ? { type: "array", items: one } : one;
  const isOptional = described.minOccurs === 0 || schema.default !== undefined;
  return isOptional ? ["null", type] : type;
}

/** Tells whether a type of CWL is, or holds, files. */
export function isFileType(type: Json): boolean {
  if (Array.isArray(type)) return type.some(isFileType);
  return type === "File" || (isJsonObject(type) && isFileType(type.items ?? null));
}

function plainType(schema: JsonObject, at: string, warnings: string[]): Json {
  if (isFileSchema(schema)) return "File";
  const type = typeOfSchema(schema);
  switch (type) {
    case "boolean":
      return "boolean";
    case "integer":
      return schema.format === "int32" ? "int" : "long";
    case "number":
      return "double";
    case "string":
      return "string";
    case "array":
      return {
        type: "array",
        items: isJsonObject(schema.items) ? plainType(schema.items, `${at}/items`, warnings) : "Any",
      };
    default:
      warnings.push(`${at}: the type was widened to Any: what the tool gets is checked by the schema alone`);
      return "Any";
  }
}

/** A file is told by the type of its content (OGC 18-062r2 7.11.2), in one of its forms. */
function isFileSchema(schema: JsonObject): boolean {
  const forms = [schema.oneOf, schema.anyOf].find(Array.isArray);
  if (forms !== undefined) return forms.length > 0 && forms.every((form) => isJsonObject(form) && isFileSchema(form));
  if (schema.format === "uri" || schema.format === "file") return schema.type === "string";
  if (schema.contentEncoding === "binary") return true;
  return schema.contentMediaType !== undefined;
}
