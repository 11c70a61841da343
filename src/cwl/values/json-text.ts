import { isJsonObject, isList, type Json } from "../../domain/json.ts";

/** Writes a number in full: many tools cannot read `1e+21`. */
export function numberText(value: number): string {
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = whole + fraction;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + "0".repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * Writes JSON as CWL runners put it into texts: a blank after each comma and colon, numbers in full; with an indent,
 * each member on a line of its own.
 */
export function jsonText(value: Json, indent?: number, depth = 0): string {
  if (typeof value === "number") return numberText(value);
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
