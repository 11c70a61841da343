import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { knownSchema } from "./known-schemas.ts";
import { allSchemas } from "./subschemas.ts";

/** What refers to another schema. Within one description nobody can redirect the dynamic ones. */
export const referenceKeywords = ["$ref", "$dynamicRef", "$recursiveRef"] as const;

/** Finds what a schema refers to. */
export type References = {
  /** The schema that a reference in `from` leads to; undefined when it is neither in this document nor a known one. */
  find(from: JsonObject, reference: string): Json | undefined;
};

/** Where a schema is that does not say it. */
const nowhere = "schema:/";

/**
 * Indexes the schemas of a document by what they are called: `$id` (and `id` of old), `$anchor` (2020-12, 8.2). Nothing
 * is ever fetched.
 */
export function indexReferences(root: JsonObject): References {
  const bases = new Map<JsonObject, string>();
  const documents = new Map<string, JsonObject>([[nowhere, root]]);
  const anchors = new Map<string, JsonObject>();
  const byPath = new Map<string, string>();
  for (const { names, schema } of allSchemas(root)) {
    const path = names.join("\0");
    const outer = nearest(byPath, names) ?? nowhere;
    const id = schema.$id ?? schema.id;
    const own = typeof id === "string" ? resolve(id, outer) : undefined;
    const base = own === undefined || own.includes("#") ? outer : own;
    if (own?.includes("#") === true) anchors.set(own, schema);
    if (base !== outer || names.length === 0) {
      byPath.set(path, base);
      documents.set(base, schema);
    }
    bases.set(schema, base);
    for (const anchor of [schema.$anchor, schema.$dynamicAnchor]) {
      if (typeof anchor === "string") anchors.set(`${base}#${anchor}`, schema);
    }
  }
  return {
    find(from, reference) {
      const url = resolve(reference, bases.get(from) ?? nowhere);
      if (url === undefined) return undefined;
      const [base = "", fragment = ""] = url.split("#", 2);
      const document = documents.get(base) ?? knownSchema(base);
      if (fragment === "") return document;
      if (fragment.startsWith("/")) return document === undefined ? undefined : atPointer(document, fragment);
      return anchors.get(url);
    },
  };
}

/** The base of the innermost schema around a place that has one of its own. */
function nearest(bases: ReadonlyMap<string, string>, names: readonly (string | number)[]): string | undefined {
  if (bases.size < 2) return bases.get("");
  for (let length = names.length; length >= 0; length -= 1) {
    const base = bases.get(names.slice(0, length).join("\0"));
    if (base !== undefined) return base;
  }
  return undefined;
}

/** The absolute form of a reference, without an empty fragment. */
function resolve(reference: string, base: string): string | undefined {
  if (!URL.canParse(reference, base)) return undefined;
  return new URL(reference, base).href.replace(/#$/, "");
}

function atPointer(document: Json, fragment: string): Json | undefined {
  let found: Json | undefined = document;
  for (const token of fragment.slice(1).split("/")) {
    const name = decoded(token).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    // A broken escape names what is written.
    return token;
  }
}
