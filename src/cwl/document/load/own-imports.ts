import { isJsonObject, isList, type Json, type JsonObject } from "../../../domain/values/json.ts";

/** Parts of a document that are put in by others at most: each may hold others. */
const maxImports = 10_000;

/**
 * Puts in what `{"$import": "#id"}` names: another part of the same document, by its id or name. Documents that were packed
 * by other programs write a part that is used twice in this way. One that names nothing, or itself, stays as it is.
 */
export function withOwnImports(document: Json): Json {
  const parts = new Map<string, JsonObject>();
  collect(document, parts);
  const count = { left: maxImports };
  return isUsed(document) ? expand(document, parts, [], count) : document;
}

function collect(value: Json, parts: Map<string, JsonObject>): void {
  if (isList(value)) for (const item of value) collect(item, parts);
  if (!isJsonObject(value)) return;
  for (const id of [value.id, value.name]) {
    if (typeof id === "string" && !parts.has(fragment(id))) parts.set(fragment(id), value);
  }
  for (const member of Object.values(value)) collect(member, parts);
}

function isUsed(value: Json): boolean {
  if (isList(value)) return value.some(isUsed);
  if (!isJsonObject(value)) return false;
  return importOf(value) !== undefined || Object.values(value).some(isUsed);
}

function importOf(value: JsonObject): string | undefined {
  const { $import: imported } = value;
  return typeof imported === "string" && imported.startsWith("#") ? fragment(imported) : undefined;
}

function fragment(id: string): string {
  return id.slice(id.indexOf("#") + 1);
}

function expand(
  value: Json,
  parts: ReadonlyMap<string, JsonObject>,
  open: readonly string[],
  count: { left: number },
): Json {
  if (isList(value)) return value.map((item) => expand(item, parts, open, count));
  if (!isJsonObject(value)) return value;
  const name = importOf(value);
  if (name !== undefined) {
    const part = parts.get(name);
    count.left -= 1;
    if (part === undefined || open.includes(name) || count.left < 0) return value;
    return expand(part, parts, [...open, name], count);
  }
  const members = Object.entries(value).map(([key, member]) => [key, expand(member, parts, open, count)] as const);
  return Object.fromEntries(members);
}
