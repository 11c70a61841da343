import { compareJson } from "../../domain/comparison/json-difference.ts";
import { alternativesOf, typeOfSchema } from "../../domain/processes/described.ts";
import { compareNumbers, isNumber } from "../../domain/values/exact-number.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isWidest, unitOf } from "../form/bounds.ts";
import { boundNames, type Described, occursWords, typeWords, valueWords } from "./process-tables.tsx";

/** One thing that is different about an input or an output; `isNarrower`: it takes, or needs, what requests of before may not give. */
export type DescribedChange = { readonly words: string; readonly isNarrower: boolean };

/** Words all that is different between two descriptions of one input or output, for who uses it; titles and descriptions aside. */
export function describedChanges(one: Described, other: Described): readonly DescribedChange[] {
  const needs = needChanges(one, other);
  const schemas = schemaChanges(one.schema, other.schema, needs.length > 0);
  return [...needs, ...defaultChange(one, other), ...schemas, ...passingChange(one, other)];
}

/** Words what an input or an output is: its type, and whether it is needed. */
export function shapeWords(one: Described): string {
  const wanted = occursWords(one);
  return wanted === "" ? typeWords(one.schema) : `${typeWords(one.schema)}, ${wanted}`;
}

/** Tells whether a request must give an input. */
export function isNeeded({ minOccurs = 0, schema }: Described): boolean {
  return minOccurs > 0 && (schema.default === undefined || schema.default === null);
}

function needChanges(one: Described, other: Described): readonly DescribedChange[] {
  const isOtherKind = kindWords(one.schema) !== kindWords(other.schema);
  if (!isOtherKind && occursWords(one) === occursWords(other)) return [];
  const isWider = typeOfSchema(one.schema) === "integer" && typeOfSchema(other.schema) === "number";
  const needsMore = isNeeded(other) && (!isNeeded(one) || (other.minOccurs ?? 1) > (one.minOccurs ?? 1));
  const takesFewer = mostOf(other) < mostOf(one);
  const isNarrower = (isOtherKind && !isWider) || needsMore || takesFewer;
  return [{ words: `was: ${shapeWords(one)}; is: ${shapeWords(other)}`, isNarrower }];
}

function mostOf({ maxOccurs = 1 }: Described): number {
  return maxOccurs === "unbounded" ? Number.POSITIVE_INFINITY : maxOccurs;
}

/** The type without what is told by itself. */
function kindWords(schema: JsonObject): string {
  if (choicesOf(schema).length > 0) return "a choice";
  return mediaTypesIn(schema).length > 0 ? "a file" : typeWords(schema);
}

function choicesOf(schema: JsonObject): readonly string[] {
  return alternativesOf(schema).flatMap((one) => (isList(one.enum) ? one.enum.map(valueWords) : []));
}

function mediaTypesIn(schema: JsonObject): readonly string[] {
  return alternativesOf(schema).flatMap((one) =>
    typeof one.contentMediaType === "string" ? [one.contentMediaType] : [],
  );
}

function defaultChange(one: Described, other: Described): readonly DescribedChange[] {
  const [was, is] = [one.schema.default ?? null, other.schema.default ?? null];
  return isSame(was, is)
    ? []
    : [told("default", was === null ? "" : valueWords(was), is === null ? "" : valueWords(is))];
}

function told(name: string, was: string, is: string, isNarrower = false): DescribedChange {
  const text = (words: string) => (words === "" ? "none" : words);
  return { words: `${name}: was ${text(was)}, is ${text(is)}`, isNarrower };
}

function schemaChanges(one: JsonObject, other: JsonObject, isKindTold: boolean): readonly DescribedChange[] {
  const changes = [
    ...setChange("choices", choicesOf(one), choicesOf(other)),
    ...setChange("media types", mediaTypesIn(one), mediaTypesIn(other)),
    ...boundNames.flatMap(([name, words]) => boundChange(words, name, one[name], other[name])),
    ...(unitOf(one) === unitOf(other) ? [] : [told("unit", unitOf(one) ?? "", unitOf(other) ?? "")]),
  ];
  const [items, itemsNow] = [one.items, other.items];
  const inner = isJsonObject(items) && isJsonObject(itemsNow) ? schemaChanges(items, itemsNow, isKindTold) : [];
  const all = [...changes, ...inner.map(({ words, isNarrower }) => ({ words: `of its items ${words}`, isNarrower }))];
  // Alternatives that were told are not compared again.
  return all.length > 0 || isKindTold ? all : otherChange(one, other);
}

/** Values that come and go of those that an input takes. */
function setChange(name: string, before: readonly string[], after: readonly string[]): readonly DescribedChange[] {
  if (before.length === 0 || after.length === 0) return [];
  const gone = before.filter((one) => !after.includes(one));
  const added = after.filter((one) => !before.includes(one));
  const parts = [
    ...(added.length === 0 ? [] : [`new ${listWords(added)}`]),
    ...(gone.length === 0 ? [] : [`no more ${listWords(gone)}`]),
  ];
  return parts.length === 0 ? [] : [{ words: `${name}: ${parts.join(", ")}`, isNarrower: gone.length > 0 }];
}

/** More are counted. */
const mostListed = 10;

function listWords(values: readonly string[]): string {
  const left = values.length - mostListed;
  return left <= 0 ? values.join(", ") : `${values.slice(0, mostListed).join(", ")} and ${left} more`;
}

const lower: readonly string[] = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
const upper: readonly string[] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];

function boundChange(
  words: string,
  name: string,
  one: Json | undefined,
  other: Json | undefined,
): readonly DescribedChange[] {
  const [was, is] = [one, other].map((bound) => (bound === undefined || isWidest(bound) ? undefined : bound));
  if (isSame(was ?? null, is ?? null)) return [];
  const text = (bound: Json | undefined) => (bound === undefined ? "" : valueWords(bound));
  return [told(words, text(was), text(is), isNarrowerBound(name, was, is))];
}

function isNarrowerBound(name: string, was: Json | undefined, is: Json | undefined): boolean {
  if (is === undefined) return false;
  if (!isNumber(was) || !isNumber(is)) return true;
  const order = compareNumbers(is, was);
  if (lower.includes(name)) return order > 0;
  return upper.includes(name) ? order < 0 : true;
}

/** What no word of ours tells: where the schemas differ. */
const texts = ["title", "description", "default", "examples", "example"];

function otherChange(one: JsonObject, other: JsonObject): readonly DescribedChange[] {
  const plain = (schema: JsonObject) =>
    Object.fromEntries(Object.entries(schema).filter(([name]) => !texts.includes(name)));
  const { differences, more } = compareJson(plain(one), plain(other), mostListed);
  const paths = differences.map(({ path }) => path);
  if (paths.length === 0) return [];
  return [
    { words: `its schema differs at ${paths.join(", ")}${more === 0 ? "" : ` and ${more} more`}`, isNarrower: false },
  ];
}

function passingChange(
  { valuePassing: one }: Described,
  { valuePassing: other }: Described,
): readonly DescribedChange[] {
  const both = ["byValue", "byReference"];
  const [was, is] = [one ?? both, other ?? both];
  const isNarrower = was.some((way) => !is.includes(way));
  if (!isNarrower && was.length === is.length) return [];
  return [told("given", was.join(" or "), is.join(" or "), isNarrower)];
}

function isSame(one: Json, other: Json): boolean {
  return compareJson(one, other, 1).differences.length === 0;
}
