import { fullText, isNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";

/**
 * Writes JSON as CWL runners put it into texts: a blank after each comma and colon, numbers in full; with an indent,
 * each member on a line of its own.
 */
export function jsonText(value: Json, indent?: number, depth = 0): string {
  if (isNumber(value)) return fullText(value);
  const isArray = isList(value);
  if (!isArray && !isJsonObject(value)) return JSON.stringify(value);
  const members = isArray
    ? value.map((item) => jsonText(item, indent, depth + 1))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${jsonText(member, indent, depth + 1)}`);
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  if (members.length === 0 || indent === undefined) return `${open}${members.join(", ")}${close}`;
  const blanks = " ".repeat(indent * depth);
  const inner = members.map((text) => `${blanks}${" ".repeat(indent)}${text}`).join(",\n");
  return `${open}\n${inner}\n${blanks}${close}`;
}
