import { isJsonObject, type JsonObject } from "./json.ts";

/** Lists the alternatives of an input's or output's schema: its `oneOf` or `anyOf`, or itself. */
export function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(alternatives)) return [schema];
  return alternatives.filter(isJsonObject);
}

/** Lists the media types that a schema names; JSON or plain text when it names none. */
export function mediaTypesOf(schema: JsonObject): readonly string[] {
  return alternativesOf(schema).map((alternative) => {
    if (typeof alternative.contentMediaType === "string") return alternative.contentMediaType;
    return alternative.type === "string" ? "text/plain" : "application/json";
  });
}

/** Compares two media types without their parameters. */
export function isSameType(one: string, other: string): boolean {
  return essence(one) === essence(other);
}

/** Tells whether a media type is the described one, parameters aside, or one of its range (`image/*`). */
export function isOfType(mediaType: string, described: string): boolean {
  const range = /^([^/]+\/)\*$/.exec(essence(described))?.[1];
  return range === undefined ? isSameType(mediaType, described) : essence(mediaType).startsWith(range);
}

function essence(mediaType: string): string {
  return (mediaType.split(";")[0] ?? "").trim().toLowerCase();
}

/** Finds what is described under an id; names that every object has are no ids. */
export function ownMember<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** More ids than these are not listed in a fault. */
const maxListed = 50;

/** Lists ids for a fault. */
export function idsOf(record: Readonly<Record<string, unknown>>): string {
  const ids = Object.keys(record);
  return [...ids.slice(0, maxListed), ...(ids.length > maxListed ? [`and ${ids.length - maxListed} more`] : [])].join(
    ", ",
  );
}
