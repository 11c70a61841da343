import { pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { type Misfit, type SchemaBudget, SchemaLimit, UnreadableSchema } from "./check.ts";
import { compileDocument } from "./compile.ts";
import { patternFault } from "./pattern.ts";
import { indexReferences, referenceKeywords } from "./references.ts";
import { allSchemas } from "./subschemas.ts";

/** How a value fits a schema; `unknown` when the schema says what cannot be honoured. */
export type Outcome =
  | { readonly kind: "fits" }
  | ({ readonly kind: "misfit" } & Misfit)
  | { readonly kind: "unknown"; readonly reason: string }
  | { readonly kind: "exhausted"; readonly reason: string };

/** The checks of a document's schemas: of JSON Schema 2020-12, and what older drafts wrote in another way. */
export type SchemaDocument = {
  /** Creates the check of a value by some schemas of the document, all of which it must fit. */
  check(schemas: readonly Json[]): (value: Json, budget: SchemaBudget) => Outcome;
};

/** Reads a schema that others may refer into. Each part of it is made ready once, when it is first needed. */
export function readSchema(root: JsonObject): SchemaDocument {
  const checkOf = compileDocument(root);
  return {
    check(schemas) {
      const checks = schemas.map(checkOf);
      return (value, budget) => {
        try {
          for (const check of checks) {
            const found = check(value, budget, undefined);
            if (found !== undefined) return { kind: "misfit", ...found };
          }
          return { kind: "fits" };
        } catch (error) {
          budget.depth = 0;
          if (error instanceof UnreadableSchema) return { kind: "unknown", reason: error.message };
          if (error instanceof SchemaLimit) return { kind: "exhausted", reason: error.message };
          throw error;
        }
      };
    },
  };
}

/** More patterns than any description has: each takes a while to make ready. */
const maxPatterns = 200;

const wantedReference =
  "a reference to a schema of this document, or to one of OGC (schemas.opengis.net) or GeoJSON (geojson.org) that is known here; nothing is fetched";

/** Tells what of a schema cannot be honoured, with pointers that begin with `base`: patterns, and references into itself. */
export function schemaFaults(root: JsonObject, base: string): readonly Fault[] {
  const references = indexReferences(root);
  const faults: Fault[] = [];
  const patterns: { readonly at: string; readonly pattern: string }[] = [];
  for (const { names, schema } of allSchemas(root)) {
    const at = pointer(base, ...names);
    const { pattern, patternProperties } = schema;
    if (typeof pattern === "string") patterns.push({ at: `${at}/pattern`, pattern });
    for (const name of Object.keys(typeof patternProperties === "object" ? (patternProperties ?? {}) : {})) {
      patterns.push({ at: pointer(at, "patternProperties", name), pattern: name });
    }
    for (const keyword of referenceKeywords) {
      const reference = schema[keyword];
      if (typeof reference !== "string" || references.find(schema, reference) !== undefined) continue;
      faults.push({ pointer: `${at}/${keyword}`, detail: `found "${reference}", wanted ${wantedReference}` });
    }
  }
  if (patterns.length > maxPatterns) {
    return [{ pointer: base, detail: `found ${patterns.length} patterns, wanted at most ${maxPatterns}` }];
  }
  for (const { at, pattern } of patterns) {
    const reason = patternFault(pattern);
    if (reason !== undefined) {
      faults.push({
        pointer: at,
        detail: `${reason}, wanted a regular expression without look-around and back references`,
      });
    }
  }
  return faults;
}
