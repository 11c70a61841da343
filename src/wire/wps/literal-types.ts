import { typeOfSchema } from "../../domain/processes/described.ts";
import { readNumber } from "../../domain/values/exact-number.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";

const integers = new Set([
  "integer",
  "int",
  "long",
  "short",
  "byte",
  "nonnegativeinteger",
  "positiveinteger",
  "negativeinteger",
  "nonpositiveinteger",
  "unsignedint",
  "unsignedlong",
  "unsignedshort",
  "unsignedbyte",
]);
const numbers = new Set(["float", "double", "decimal", "number", "real", "scale", "angle", "percentage"]);
const formats: Readonly<Record<string, string>> = {
  datetime: "date-time",
  date: "date",
  time: "time",
  anyuri: "uri",
  uri: "uri",
  url: "uri",
};

/**
 * Names a literal's type: servers write it as a word (`integer`), a qualified name (`xs:integer`), or the end of a URI
 * or URN (`http://www.w3.org/TR/xmlschema-2/#integer`).
 */
export function dataTypeName(word: string | undefined, reference: string | undefined): string | undefined {
  const given = [word, reference].find((one) => one !== undefined && one.trim() !== "");
  const name = given?.trim().split(/[#:/]/).at(-1);
  return name === undefined || name === "" ? undefined : name;
}

/** Gives the JSON Schema of a literal's type; text for one that is not known. */
export function schemaOfDataType(dataType: string | undefined): { readonly type: string; readonly format?: string } {
  const name = (dataType ?? "string").toLowerCase();
  if (integers.has(name)) return { type: "integer" };
  if (numbers.has(name)) return { type: "number" };
  if (name === "boolean" || name === "bool") return { type: "boolean" };
  const format = formats[name];
  return format === undefined ? { type: "string" } : { type: "string", format };
}

/** Reads the text of a literal as the JSON value that its schema wants; the text itself when it is no such value. */
export function literalValue(text: string, schema: JsonObject): Json {
  const trimmed = text.trim();
  switch (typeOfSchema(schema)) {
    case "integer":
    case "number":
      return readNumber(trimmed) ?? text;
    case "boolean":
      if (/^(true|1)$/i.test(trimmed)) return true;
      return /^(false|0)$/i.test(trimmed) ? false : text;
    default:
      return text;
  }
}

/** Writes a JSON value as the text of a literal. */
export function literalText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
