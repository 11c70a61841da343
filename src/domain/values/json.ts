import { ExactNumber, isNumber, numberOfText } from "./exact-number.ts";

/** A JSON value. A number whose text a double would change is an `ExactNumber`. */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | { readonly [name: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [name: string]: Json };

/** Tells whether a value is a JSON object (neither null nor an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/**
 * Finds numbers that a double might change: those of many digits, that end in zeros after their point, with a power of ten,
 * and very small ones.
 */
const mayChange =
  /(?:^|[[,:\s])(-?(?:\d{16}[\d.]*|\d[\d.]{16,}|\d+\.\d*0(?!\d)|0\.0{6}\d*|\d[\d.]*(?=[eE]))(?:[eE][+-]?\d+)?)/g;

/**
 * Parses JSON, keeping the text of each number that a double would change. Text in quotes may look like one; then the slower
 * parser, which is told the text of each number, finds nothing to keep. Throws SyntaxError.
 */
export function parseExact(text: string): Json {
  for (const [, number = ""] of text.matchAll(mayChange)) {
    if (!(numberOfText(number) instanceof ExactNumber)) continue;
    const value = JSON.parse(text, keepText);
    return isJson(value) ? value : null;
  }
  return JSON.parse(text);
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

function keepText(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === "number" && context.source !== undefined ? numberOfText(context.source) : value;
}

/** Changes each exact number of a value; a value without any stays the same object. */
export function mapExact(value: Json, change: (number: ExactNumber) => Json): Json {
  if (value instanceof ExactNumber) return change(value);
  if (Array.isArray(value)) return changedList(value, (item) => mapExact(item, change));
  return isJsonObject(value) ? changedMembers(value, (member) => mapExact(member, change)) : value;
}

/** Gives a value with doubles in the place of exact numbers: what settings, bounds and expressions are read from. */
export function withDoubles(value: Json): Json {
  return mapExact(value, (number) => number.double);
}

/** Gives an object with doubles in the place of exact numbers. */
export function objectWithDoubles(value: JsonObject): JsonObject {
  const changed = withDoubles(value);
  return isJsonObject(changed) ? changed : value;
}

/** Members of descriptions and documents that hold, or bound, values of a process. */
const valueMembers = new Set([
  "default",
  "enum",
  "const",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "example",
  "examples",
]);

/**
 * Gives a description or a document with doubles in the place of exact numbers, but for what stands for values of a process:
 * defaults and bounds. A version is kept too, where others write it as a number.
 */
export function withExactValues(value: Json): Json {
  if (value instanceof ExactNumber) return value.double;
  if (Array.isArray(value)) return changedList(value, withExactValues);
  if (!isJsonObject(value)) return value;
  return changedMembers(value, (member, name) =>
    valueMembers.has(name) || /softwareVersion$|[:/]version$/.test(name) ? member : withExactValues(member),
  );
}

function changedList(list: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  const items = list.map(change);
  return items.some((item, index) => item !== list[index]) ? items : list;
}

function changedMembers(object: JsonObject, change: (member: Json, name: string) => Json): JsonObject {
  const members = Object.entries(object).map(([name, member]) => [name, change(member, name)] as const);
  return members.some(([name, member]) => member !== object[name]) ? Object.fromEntries(members) : object;
}

/** Tells whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Words a value for a message: short, and never a whole object. */
export function foundText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (isList(value)) return `a list of ${value.length}`;
  if (isJsonObject(value)) return "an object";
  const text = JSON.stringify(value);
  return `${isNumber(value) ? "number" : typeof value} ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
}

/** Writes JSON with sorted member names and no blanks: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Tells whether a value nests deeper than so many levels of arrays and objects. */
export function isDeeperThan(value: Json, depth: number): boolean {
  if (Array.isArray(value)) return depth === 0 || value.some((item) => isDeeperThan(item, depth - 1));
  if (!isJsonObject(value)) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeperThan(item, depth - 1));
}

/** Gives the nearest double of a number; undefined for any other value. */
export function doubleOf(value: unknown): number | undefined {
  if (!isNumber(value)) return undefined;
  return typeof value === "number" ? value : value.double;
}

/** Escapes a member name for a JSON pointer (RFC 6901). */
export function pointerToken(name: string | number): string {
  return String(name).replaceAll("~", "~0").replaceAll("/", "~1");
}
