import { compareNumbers, isNumber } from "../values/exact-number.ts";
import { canonicalJson, isJsonObject, isList, type Json, type JsonObject } from "../values/json.ts";
import type { InputDefinition, OutputDefinition, ProcessDescription } from "./process.ts";
import { raisedAtEnd, raisedAtFront, raisedInMiddle } from "./raised-version.ts";

/** How far a new version is from the one before, as semver.org says, and why: words that follow "because". */
export type VersionStep = { readonly kind: "major" | "minor" | "patch"; readonly why: string };

type Interface = Pick<ProcessDescription, "inputs" | "outputs">;

/**
 * Judges by inputs and outputs how far a new version of a process is from the one before. Major: what fitted may fit no more, as one
 * went away, a new one is needed, or one changed other than by taking more. Minor: some are new or take more. Patch: all stay.
 */
export function stepOf(before: Interface, after: Interface): VersionStep {
  const changes = [
    ...changesOf("input", before.inputs, after.inputs, inputChange),
    ...changesOf("output", before.outputs, after.outputs, outputChange),
  ];
  const major = changes.filter(({ kind }) => kind === "major");
  const told = major.length > 0 ? major : changes;
  const [first] = told;
  if (first === undefined) return { kind: "patch", why: "inputs and outputs stay the same" };
  const left = told.length - 1;
  return {
    ...first,
    why: `${first.why}${left === 0 ? "" : `, and ${left} more ${left === 1 ? "thing" : "things"} changed`}`,
  };
}

/** Raises a version by a step: its first, its second or its last number. */
export function raisedBy({ kind }: VersionStep, version: string): string {
  switch (kind) {
    case "major":
      return raisedAtFront(version);
    case "minor":
      return raisedInMiddle(version);
    case "patch":
      return raisedAtEnd(version);
    default:
      return kind satisfies never;
  }
}

type Kind = VersionStep["kind"] | undefined;

function changesOf<Definition extends OutputDefinition>(
  what: string,
  before: Readonly<Record<string, Definition>>,
  after: Readonly<Record<string, Definition>>,
  changeOf: (one: Definition | undefined, other: Definition) => Kind,
): readonly VersionStep[] {
  const now = new Map(Object.entries(after));
  const old = new Map(Object.entries(before));
  const gone = [...old.keys()].filter((id) => !now.has(id));
  return [
    ...gone.map((id): VersionStep => ({ kind: "major", why: `${what} ${id} goes away` })),
    ...[...now].flatMap(([id, other]): readonly VersionStep[] => {
      const one = old.get(id);
      const kind = changeOf(one, other);
      if (kind === undefined) return [];
      if (one === undefined) return [{ kind, why: `${what} ${id} is new${kind === "major" ? ", and needed" : ""}` }];
      return [{ kind, why: kind === "major" ? `${what} ${id} is another` : `${what} ${id} takes more than before` }];
    }),
  ];
}

function inputChange(one: InputDefinition | undefined, other: InputDefinition): Kind {
  if (one === undefined) return isNeeded(other) ? "major" : "minor";
  if (isSame(bare(one.schema), bare(other.schema)) && occurs(one) === occurs(other)) {
    return isSame(one.schema.default ?? null, other.schema.default ?? null) ? undefined : defaultChange(one, other);
  }
  const needsMore = isNeeded(other) && (!isNeeded(one) || other.minOccurs > one.minOccurs);
  const waysStay = waysOf(one).every((way) => waysOf(other).includes(way));
  return !needsMore && waysStay && most(other) >= most(one) && takesAll(bare(one.schema), bare(other.schema))
    ? "minor"
    : "major";
}

function defaultChange(one: InputDefinition, other: InputDefinition): Kind {
  return isNeeded(other) && !isNeeded(one) ? "major" : "minor";
}

/** Who reads results may not know another type or format of them. */
function outputChange(one: OutputDefinition | undefined, other: OutputDefinition): Kind {
  if (one === undefined) return "minor";
  return isSame(bare(one.schema), bare(other.schema)) ? undefined : "major";
}

function isNeeded({ minOccurs, schema }: InputDefinition): boolean {
  return minOccurs > 0 && (schema.default ?? null) === null;
}

function most({ maxOccurs }: InputDefinition): number {
  return maxOccurs === "unbounded" ? Number.POSITIVE_INFINITY : maxOccurs;
}

function waysOf({ valuePassing }: InputDefinition): readonly string[] {
  return valuePassing ?? ["byValue", "byReference"];
}

function occurs(input: InputDefinition): string {
  return `${isNeeded(input)} ${input.minOccurs} ${input.maxOccurs} ${waysOf(input).toSorted().join()}`;
}

const words = ["title", "description", "default", "examples", "example"];

/** Leaves out what a schema only says for people, and what is compared by itself. */
function bare(schema: JsonObject): JsonObject {
  const members = Object.entries(schema).filter(([name]) => !words.includes(name));
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === "properties" ? bareMembers(value) : bareInside(value)]),
  );
}

/** Members may be called as words are. */
function bareMembers(value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bareInside(member)]));
}

function bareInside(value: Json): Json {
  if (isList(value)) return value.map(bareInside);
  return isJsonObject(value) ? bare(value) : value;
}

const lower = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
const upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];

/** Tells whether one schema surely takes all that another takes; what is not known here is taken to be narrower. */
function takesAll(one: Json, other: Json): boolean {
  if (isSame(one, other)) return true;
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) =>
    staysWide(name, one[name], other[name]),
  );
}

function staysWide(name: string, was: Json | undefined, is: Json | undefined): boolean {
  if (was !== undefined && is !== undefined && isSame(was, is)) return true;
  if (is === undefined) return [...lower, ...upper, "pattern", "enum"].includes(name);
  if (was === undefined) return false;
  if (lower.includes(name)) return isNumber(was) && isNumber(is) && compareNumbers(is, was) <= 0;
  if (upper.includes(name)) return isNumber(was) && isNumber(is) && compareNumbers(is, was) >= 0;
  switch (name) {
    case "type":
      return listOf(was).every((type) => listOf(is).some((now) => isSame(type, now) || isWider(type, now)));
    case "enum":
      return listOf(was).every((value) => listOf(is).some((now) => isSame(value, now)));
    case "anyOf":
    case "oneOf":
      return listOf(was).every((one) => listOf(is).some((now) => takesAll(one, now)));
    case "items":
      return takesAll(was, is);
    default:
      return false;
  }
}

function isWider(type: Json, now: Json): boolean {
  return type === "integer" && now === "number";
}

function listOf(value: Json): readonly Json[] {
  return isList(value) ? value : [value];
}

function isSame(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
