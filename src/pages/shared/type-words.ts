import { alternativesOf, isBoxSchema, typeOfSchema } from "../../domain/processes/described.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { directoryType, unknownMediaType } from "../../domain/values/media-type.ts";

/** What values are called: one of them, and several. */
type Words = readonly [one: string, several: string];

/** Lists and records beyond this depth are named, and not what is in them. */
const maxDepth = 4;
/** So many members of a record, or values of a choice, are named. */
const maxNames = 20;

/** Words what the values of a schema are, as people say it: `list of numbers`, `file (text/csv)`; `isList` where it takes several. */
export function kindWords(schema: JsonObject, isList: boolean): string {
  const [one, several] = wordsOf(schema, 0);
  return isList ? `list of ${several}` : one;
}

function wordsOf(schema: JsonObject, depth: number): Words {
  if (isBoxSchema(schema)) return ["bounding box", "bounding boxes"];
  const alternatives = alternativesOf(schema).filter((one) => one === schema || one.type !== "null");
  const files = alternatives.filter(isFile);
  const others = alternatives.filter((one) => !isFile(one)).map((one) => wordsOfOne(one, schema, depth));
  const all = [...(files.length === 0 ? [] : [fileWords(files)]), ...others];
  return [joined(all.map(([one]) => one)), joined(all.map(([, several]) => several))];
}

function joined(words: readonly string[]): string {
  return [...new Set(words)].join(" or ") || "any value";
}

function isFile({ contentMediaType, contentEncoding }: JsonObject): boolean {
  return typeof contentMediaType === "string" || contentEncoding !== undefined;
}

function fileWords(files: readonly JsonObject[]): Words {
  const types = [...new Set(files.flatMap(({ contentMediaType: type }) => (typeof type === "string" ? [type] : [])))];
  if (types.length > 0 && types.every((type) => type === directoryType)) return ["directory", "directories"];
  // What may be any file says nothing of its format.
  const named = types.includes(unknownMediaType) || types.length === 0 ? "" : ` (${types.join(" or ")})`;
  return [`file${named}`, `files${named}`];
}

function wordsOfOne(one: JsonObject, whole: JsonObject, depth: number): Words {
  if (one !== whole && (one.oneOf !== undefined || one.anyOf !== undefined) && depth < maxDepth) {
    return wordsOf(one, depth + 1);
  }
  if (Array.isArray(one.enum)) {
    const choices = one.enum.slice(0, maxNames).map(plainText).join(", ");
    return [`one of ${choices}`, `values of ${choices}`];
  }
  switch (typeOfSchema(one)) {
    case "array":
      return listWords(one, depth);
    case "object":
      return recordWords(one, depth);
    case "string":
      return (typeof one.format === "string" ? formats[one.format] : undefined) ?? textWords(one);
    case "integer":
      return ["whole number", "whole numbers"];
    case "number":
      return ["number", "numbers"];
    case "boolean":
      return ["true or false", "values true or false"];
    default:
      return ["any value", "any values"];
  }
}

const formats: Readonly<Record<string, Words>> = {
  date: ["date", "dates"],
  "date-time": ["date and time", "dates and times"],
  time: ["time", "times"],
  duration: ["duration", "durations"],
  uri: ["address", "addresses"],
  email: ["mail address", "mail addresses"],
};

function textWords({ format }: JsonObject): Words {
  const named = typeof format === "string" ? ` (${format})` : "";
  return [`text${named}`, `texts${named}`];
}

function listWords({ items, prefixItems }: JsonObject, depth: number): Words {
  const inside = Array.isArray(prefixItems) ? prefixItems : [items];
  if (depth >= maxDepth || !inside.every((one: Json | undefined) => isJsonObject(one ?? null)))
    return ["list", "lists"];
  const several = joined(inside.filter(isJsonObject).map((one) => wordsOf(one, depth + 1)[1]));
  return [`list of ${several}`, `lists of ${several}`];
}

/** Names the members of a record with what each is, as far as records are looked into. */
function recordWords(record: JsonObject, depth: number): Words {
  const members = membersOf(record);
  if (members.length === 0) return ["object", "objects"];
  const told = members.slice(0, maxNames).map(({ name, schema, isRequired }) => {
    const kind = depth >= maxDepth ? "" : wordsOf(schema, depth + 1)[0];
    const words = [...(kind === "" || kind === "any value" ? [] : [kind]), ...(isRequired ? [] : ["optional"])];
    return words.length === 0 ? name : `${name} (${words.join(", ")})`;
  });
  const more = members.length > maxNames ? ` and ${members.length - maxNames} more` : "";
  return [`record of ${told.join(", ")}${more}`, `records of ${told.join(", ")}${more}`];
}

/** A member of a record. */
export type RecordMember = { readonly name: string; readonly schema: JsonObject; readonly isRequired: boolean };

/** Where a schema says of no member that it is required, nothing is known of that. */
function membersOf({ properties, required }: JsonObject): readonly RecordMember[] {
  if (!isJsonObject(properties)) return [];
  const names = Array.isArray(required) ? required : Object.keys(properties);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: isJsonObject(schema) ? schema : {},
    isRequired: names.includes(name),
  }));
}

/** Lists the members of the records that values of a schema are, or hold in lists; those of inner records stand by their path. */
export function recordMembers(schema: JsonObject, depth = 0): readonly RecordMember[] {
  if (isBoxSchema(schema) || depth > maxDepth) return [];
  return alternativesOf(schema).flatMap((one) => {
    const { items } = one;
    const inList = isJsonObject(items) ? recordMembers(items, depth + 1) : [];
    const own = membersOf(one).flatMap((member) => [
      member,
      ...recordMembers(member.schema, depth + 1).map((inner) => ({ ...inner, name: `${member.name}.${inner.name}` })),
    ]);
    return [...inList, ...own];
  });
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
