import {
  type AnyNumber,
  compareNumbers,
  ExactNumber,
  isMultiple,
  isNumber,
  normalized,
  wholeNumber,
} from "../../domain/values/exact-number.ts";
import { canonicalJson, doubleOf, type Json, type JsonObject, mapExact } from "../../domain/values/json.ts";
import { type Check, type Misfit, misfit, type SchemaBudget, spend } from "./check.ts";
import { formats } from "./formats.ts";
import { patternTest } from "./pattern.ts";

/** Builds the checks of the keywords that look at a value itself, not at its parts (2020-12 validation, 6.1 to 6.3, 7). */
export function valueChecks(schema: JsonObject): readonly Check[] {
  return [
    typeCheck(schema.type),
    constCheck(schema.const),
    enumCheck(schema.enum),
    ...numberChecks(schema),
    ...stringChecks(schema),
  ].filter((check) => check !== undefined);
}

/** The type of a value in the words of JSON Schema. */
function typeOf(value: Json): string {
  if (value === null) return "null";
  if (value instanceof ExactNumber) return "number";
  return Array.isArray(value) ? "array" : typeof value;
}

function typeCheck(wanted: Json | undefined): Check | undefined {
  if (wanted === undefined) return undefined;
  const types: readonly Json[] = Array.isArray(wanted) ? wanted : [wanted];
  const words = types.map(String).join('", "');
  return (value) => {
    const type = typeOf(value);
    if (types.includes(type) || (types.includes("integer") && isInteger(value))) return undefined;
    return misfit(`Instance type "${type}" is invalid. Expected "${words}"`);
  };
}

function isInteger(value: Json): boolean {
  return value instanceof ExactNumber ? wholeNumber(value) !== undefined : Number.isInteger(value);
}

function constCheck(wanted: Json | undefined): Check | undefined {
  if (wanted === undefined) return undefined;
  const isEqual = equalTo([wanted]);
  const misses = misfit(`Instance does not match ${shortText(wanted)}`);
  return (value, budget) => (isEqual(value, budget) ? undefined : misses);
}

function enumCheck(wanted: Json | undefined): Check | undefined {
  if (!Array.isArray(wanted)) return undefined;
  const isEqual = equalTo(wanted);
  const misses = misfit(`Instance does not match any of ${shortText(wanted)}`);
  return (value, budget) => (isEqual(value, budget) ? undefined : misses);
}

function shortText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}

function equalTo(wanted: readonly Json[]): (value: Json, budget: SchemaBudget) => boolean {
  const plain = new Set(wanted.filter((one) => typeof one !== "object" || one === null));
  const exact = wanted.filter(isNumber);
  const holdsExact = exact.some((one) => one instanceof ExactNumber);
  const whole = new Set(wanted.filter((one) => typeof one === "object" && one !== null).map(equalText));
  return (value, budget) => {
    if (value instanceof ExactNumber || (holdsExact && typeof value === "number")) {
      spend(budget, exact.length);
      return exact.some((one) => compareNumbers(one, value) === 0);
    }
    if (typeof value !== "object" || value === null) return plain.has(value);
    return whole.size > 0 && whole.has(countedText(value, budget));
  };
}

/** Writes a value so that equal ones are equal texts; what that costs is taken from the budget. */
export function countedText(value: Json, budget: SchemaBudget): string {
  const text = equalText(value);
  spend(budget, Math.ceil(text.length / 8));
  return text;
}

/** Numbers that are equal have the same text here, 1.0 and 1 for example. */
function equalText(value: Json): string {
  return canonicalJson(mapExact(value, normalized));
}

/** Reads a keyword that is a number; anything else says nothing. */
export function numberOf(value: Json | undefined): number | undefined {
  return doubleOf(value);
}

function boundOf(value: Json | undefined): AnyNumber | undefined {
  return isNumber(value) ? value : undefined;
}

type NumberCheck = readonly [AnyNumber | undefined, (value: AnyNumber, bound: AnyNumber) => boolean, string];

/** The bounds of whole numbers of 64 bits: no double is between them and their neighbours. */
const int64: readonly NumberCheck[] = [
  [new ExactNumber("-9223372036854775808"), (value, bound) => compareNumbers(value, bound) >= 0, "is less than"],
  [new ExactNumber("9223372036854775807"), (value, bound) => compareNumbers(value, bound) <= 0, "is greater than"],
];

function numberChecks(schema: JsonObject): readonly Check[] {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  // In draft 4, and so in OpenAPI 3.0, these two say how the others are meant.
  const isAbove = exclusiveMinimum === true;
  const isBelow = exclusiveMaximum === true;
  const minimum = boundOf(schema.minimum);
  const maximum = boundOf(schema.maximum);
  const above = boundOf(exclusiveMinimum) ?? (isAbove ? minimum : undefined);
  const below = boundOf(exclusiveMaximum) ?? (isBelow ? maximum : undefined);
  const multipleOf = boundOf(schema.multipleOf);
  const all: readonly NumberCheck[] = [
    [isAbove ? undefined : minimum, (value, bound) => compareNumbers(value, bound) >= 0, "is less than"],
    [isBelow ? undefined : maximum, (value, bound) => compareNumbers(value, bound) <= 0, "is greater than"],
    [above, (value, bound) => compareNumbers(value, bound) > 0, "is less than or equal to"],
    [below, (value, bound) => compareNumbers(value, bound) < 0, "is greater than or equal to"],
    [multipleOf, isMultiple, "is not a multiple of"],
    ...(schema.format === "int64" ? int64 : []),
  ];
  return all.flatMap(([bound, holds, words]): readonly Check[] => {
    if (bound === undefined) return [];
    return [
      (value) =>
        !isNumber(value) || holds(value, bound)
          ? undefined
          : misfit(`${JSON.stringify(value)} ${words} ${JSON.stringify(bound)}`),
    ];
  });
}

type TextCheck = (text: string, budget: SchemaBudget) => Misfit | undefined;

function stringChecks(schema: JsonObject): readonly Check[] {
  const { pattern, format } = schema;
  const checks: TextCheck[] = [];
  const minLength = numberOf(schema.minLength);
  const maxLength = numberOf(schema.maxLength);
  if (minLength !== undefined || maxLength !== undefined) checks.push(lengthCheck(minLength, maxLength));
  if (typeof pattern === "string") checks.push(patternCheck(pattern));
  const fits = typeof format === "string" && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (fits !== undefined) {
    checks.push((text, budget) => {
      spend(budget, Math.ceil(text.length / 32));
      return fits(text) ? undefined : misfit(`String does not match format "${format}"`);
    });
  }
  return checks.map((check) => (value, budget) => (typeof value === "string" ? check(value, budget) : undefined));
}

function lengthCheck(minLength: number | undefined, maxLength: number | undefined): TextCheck {
  return (text, budget) => {
    spend(budget, Math.ceil(text.length / 64));
    const length = codePointCount(text);
    if (minLength !== undefined && length < minLength) return misfit(`String is too short (${length} < ${minLength})`);
    if (maxLength !== undefined && length > maxLength) return misfit(`String is too long (${length} > ${maxLength})`);
    return undefined;
  };
}

function codePointCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}

function patternCheck(pattern: string): TextCheck {
  let test: ReturnType<typeof patternTest> | undefined;
  return (text, budget) => {
    test ??= patternTest(pattern, budget);
    return test(text, budget) ? undefined : misfit("String does not match pattern");
  };
}
