import { canonicalJson, type Json, type JsonObject } from "../../domain/json.ts";
import { type Check, type Misfit, misfit, type SchemaBudget, spend } from "./check.ts";
import { formats } from "./formats.ts";
import { patternTest } from "./pattern.ts";

/** Makes the checks of the keywords that look at a value itself, not at its parts (2020-12 validation, 6.1 to 6.3, 7). */
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
  return Array.isArray(value) ? "array" : typeof value;
}

function typeCheck(wanted: Json | undefined): Check | undefined {
  if (wanted === undefined) return undefined;
  const types: readonly Json[] = Array.isArray(wanted) ? wanted : [wanted];
  const words = types.map(String).join('", "');
  return (value) => {
    const type = typeOf(value);
    if (types.includes(type) || (types.includes("integer") && Number.isInteger(value))) return undefined;
    return misfit(`Instance type "${type}" is invalid. Expected "${words}"`);
  };
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
  const whole = new Set(wanted.filter((one) => typeof one === "object" && one !== null).map(canonicalJson));
  return (value, budget) => {
    if (typeof value !== "object" || value === null) return plain.has(value);
    return whole.size > 0 && whole.has(countedText(value, budget));
  };
}

/** Writes a value so that equal ones are equal texts; what that costs is taken from the budget. */
export function countedText(value: Json, budget: SchemaBudget): string {
  const text = canonicalJson(value);
  spend(budget, Math.ceil(text.length / 8));
  return text;
}

/** Reads a keyword that is a number; anything else says nothing. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function numberChecks(schema: JsonObject): readonly Check[] {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  // In draft 4, and so in OpenAPI 3.0, these two say how the others are meant.
  const isAbove = exclusiveMinimum === true;
  const isBelow = exclusiveMaximum === true;
  const minimum = numberOf(schema.minimum);
  const maximum = numberOf(schema.maximum);
  const above = numberOf(exclusiveMinimum) ?? (isAbove ? minimum : undefined);
  const below = numberOf(exclusiveMaximum) ?? (isBelow ? maximum : undefined);
  const multipleOf = numberOf(schema.multipleOf);
  const all: readonly (readonly [number | undefined, (value: number, bound: number) => boolean, string])[] = [
    [isAbove ? undefined : minimum, (value, bound) => value >= bound, "is less than"],
    [isBelow ? undefined : maximum, (value, bound) => value <= bound, "is greater than"],
    [above, (value, bound) => value > bound, "is less than or equal to"],
    [below, (value, bound) => value < bound, "is greater than or equal to"],
    [multipleOf, isMultipleOf, "is not a multiple of"],
  ];
  return all.flatMap(([bound, holds, words]): readonly Check[] => {
    if (bound === undefined) return [];
    return [
      (value) => (typeof value !== "number" || holds(value, bound) ? undefined : misfit(`${value} ${words} ${bound}`)),
    ];
  });
}

/** Looks at the decimal digits: of fractions, division leaves a remainder that is none. */
function isMultipleOf(value: number, divisor: number): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(divisor) || divisor <= 0) return false;
  const [digits, exponent] = decimalOf(value);
  const [divisorDigits, divisorExponent] = decimalOf(divisor);
  const difference = exponent - divisorExponent;
  return difference >= 0
    ? (digits * 10n ** BigInt(difference)) % divisorDigits === 0n
    : digits % (divisorDigits * 10n ** BigInt(-difference)) === 0n;
}

function decimalOf(value: number): readonly [bigint, number] {
  const [digits = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const point = digits.indexOf(".");
  return [BigInt(digits.replace(".", "")), Number(exponent) - (point === -1 ? 0 : digits.length - point - 1)];
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
