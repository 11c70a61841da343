import { ExactNumber, isNumber, numberOfText, wholeNumber } from "../../domain/values/exact-number.ts";
import { foundText, isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import type { CwlType } from "../document/schema.ts";

/** Tells whether null is a value of the type. */
export function isOptional(type: CwlType): boolean {
  return members(type).some((member) => member.kind === "null");
}

/** The types that a union allows; a type by itself otherwise. */
export function members(type: CwlType): readonly CwlType[] {
  return type.kind === "union" ? type.members.flatMap(members) : [type];
}

/** Builds a union, or returns the type itself when it is only one. */
export function unionOf(types: readonly CwlType[]): CwlType {
  const [only] = types;
  return only !== undefined && types.length === 1 ? only : { kind: "union", members: types };
}

/** Words a type as a document would: `File[]?`. */
export function typeText(type: CwlType): string {
  switch (type.kind) {
    case "array":
      return type.items.kind === "union" ? `(${typeText(type.items)})[]` : `${typeText(type.items)}[]`;
    case "enum":
      return `one of ${type.symbols.join(", ")}`;
    case "record":
      return `record of ${type.fields.map((field) => field.name).join(", ")}`;
    case "union": {
      const others = type.members.filter((member) => member.kind !== "null");
      const text = others.map(typeText).join(" or ");
      if (others.length === type.members.length) return text;
      return others.length === 1 ? `${text}?` : `${text} or null`;
    }
    default:
      return type.kind;
  }
}

/** Tells whether a type holds files or directories somewhere. */
export function holdsFiles(type: CwlType): boolean {
  switch (type.kind) {
    case "File":
    case "Directory":
      return true;
    case "array":
      return holdsFiles(type.items);
    case "record":
      return type.fields.some((field) => holdsFiles(field.type));
    case "union":
      return type.members.some(holdsFiles);
    default:
      return false;
  }
}

/** The first member of a type that a value belongs to; undefined when it belongs to none. */
export function matchType(type: CwlType, value: Json): CwlType | undefined {
  return members(type).find((member) => typeFault(member, value) === undefined);
}

/** Words why a value is not of a type; undefined when it is. */
export function typeFault(type: CwlType, value: Json): string | undefined {
  switch (type.kind) {
    case "union":
      return type.members.some((member) => typeFault(member, value) === undefined)
        ? undefined
        : (innerFault(type.members, value) ?? mismatch(type, value));
    case "array":
      return listFault(type.items, value) ?? (isList(value) ? undefined : mismatch(type, value));
    case "record":
      return recordFault(type, value);
    case "enum":
      return typeof value === "string" && type.symbols.includes(value) ? undefined : mismatch(type, value);
    default:
      return isOfKind(type.kind, value) ? undefined : mismatch(type, value);
  }
}

/** Words why a value cannot be an output of a type: unlike an input, Any may be null there. */
export function outputFault(type: CwlType, value: Json): string | undefined {
  if (value === null && members(type).some((member) => member.kind === "Any")) return undefined;
  return typeFault(type, value);
}

/** Of a list or record that only one of the alternatives could take, what is wrong inside it says more. */
function innerFault(alternatives: readonly CwlType[], value: Json): string | undefined {
  const kind = isList(value) ? "array" : isJsonObject(value) && !isFileLike(value) ? "record" : undefined;
  const [only, ...others] = alternatives.filter((member) => member.kind === kind);
  return only === undefined || others.length > 0 ? undefined : typeFault(only, value);
}

function mismatch(type: CwlType, value: Json): string {
  return `found ${foundText(value)}, wanted ${typeText(type)}`;
}

function listFault(type: CwlType, value: Json): string | undefined {
  if (!isList(value)) return undefined;
  for (const [index, item] of value.entries()) {
    const fault = typeFault(type, item);
    if (fault !== undefined) return `item ${index}: ${fault}`;
  }
  return undefined;
}

function recordFault(type: CwlType & { kind: "record" }, value: Json): string | undefined {
  if (!isJsonObject(value) || isFileLike(value)) return mismatch(type, value);
  for (const field of type.fields) {
    const fault = typeFault(field.type, (Object.hasOwn(value, field.name) ? value[field.name] : null) ?? null);
    if (fault !== undefined) return `field ${field.name}: ${fault}`;
  }
  return undefined;
}

function isOfKind(kind: Exclude<CwlType["kind"], "array" | "record" | "enum" | "union">, value: Json): boolean {
  switch (kind) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "int":
      return isInteger(value, leastInt, mostInt);
    case "long":
      return isInteger(value, leastLong, mostLong);
    case "float":
    case "double":
      return isNumber(value);
    case "string":
      return typeof value === "string";
    case "File":
    case "Directory":
      return isJsonObject(value) && value.class === kind;
    case "Any":
      return value !== null;
    default:
      return kind satisfies never;
  }
}

const leastInt = -(2n ** 31n);
const mostInt = 2n ** 31n - 1n;
const leastLong = -(2n ** 63n);
const mostLong = 2n ** 63n - 1n;

function isInteger(value: Json, least: bigint, most: bigint): boolean {
  const whole = isNumber(value) ? wholeNumber(value) : undefined;
  return whole !== undefined && whole >= least && whole <= most;
}

/**
 * Gives each number the form of its type: where only whole numbers are taken, 1.0 and 1e3 are 1 and 1000. Any other number
 * keeps its text.
 */
export function asTyped(type: CwlType, value: Json): Json {
  if (value instanceof ExactNumber) {
    const kinds = members(type).map((member) => member.kind);
    const isWhole = kinds.some((kind) => kind === "int" || kind === "long");
    const keepsText = kinds.some((kind) => kind === "float" || kind === "double" || kind === "Any");
    const whole = isWhole && !keepsText ? wholeNumber(value) : undefined;
    return whole === undefined ? value : numberOfText(whole.toString());
  }
  if (isList(value)) {
    const list = members(type).find((member) => member.kind === "array");
    if (list === undefined) return value;
    const items = value.map((item) => asTyped(list.items, item));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isJsonObject(value)) return value;
  const records = members(type).flatMap((member) => (member.kind === "record" ? member.fields : []));
  const changed = records.flatMap((field): readonly (readonly [string, Json])[] => {
    const own = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    const typed = own === undefined ? undefined : asTyped(field.type, own);
    return typed === undefined || typed === own ? [] : [[field.name, typed]];
  });
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
}

/** Tells whether a value is a File or a Directory object. */
export function isFileLike(value: Json): boolean {
  return isJsonObject(value) && (value.class === "File" || value.class === "Directory");
}

/**
 * Tells whether some value of the source's type could be taken by the sink. Null alone is no reason to link two things that
 * have nothing else in common.
 */
export function canFeed(source: CwlType, sink: CwlType): boolean {
  const given = members(source).filter((from) => from.kind !== "null");
  const sources = given.length === 0 ? members(source) : given;
  return sources.some((from) => members(sink).some((to) => canFeedMember(from, to)));
}

const numbers: readonly string[] = ["int", "long", "float", "double"];

function canFeedMember(from: CwlType, to: CwlType): boolean {
  if (from.kind === "Any" || to.kind === "Any") return from.kind !== "null" && to.kind !== "null";
  if (from.kind === "array" && to.kind === "array") return canFeed(from.items, to.items);
  if (from.kind === "enum" && to.kind === "enum") return from.symbols.some((symbol) => to.symbols.includes(symbol));
  if (from.kind === "record" && to.kind === "record") {
    return to.fields.every((field) => {
      const source = from.fields.find((candidate) => candidate.name === field.name);
      return source === undefined ? isOptional(field.type) : canFeed(source.type, field.type);
    });
  }
  const fromNumber = numbers.indexOf(from.kind);
  const toNumber = numbers.indexOf(to.kind);
  if (fromNumber >= 0 && toNumber >= 0) return fromNumber <= toNumber || fromNumber >= 2 === toNumber >= 2;
  if (from.kind === "enum" && to.kind === "string") return true;
  if (from.kind === "string" && to.kind === "enum") return true;
  return from.kind === to.kind;
}
