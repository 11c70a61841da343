import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { arrayChecks } from "./array-keywords.ts";
import {
  type Check,
  deeper,
  type Evaluated,
  type Misfit,
  misfit,
  type SchemaBudget,
  spend,
  UnreadableSchema,
} from "./check.ts";
import { choiceChecks } from "./choice-keywords.ts";
import { objectChecks } from "./object-keywords.ts";
import { indexReferences, type References, referenceKeywords } from "./references.ts";
import { allSchemas } from "./subschemas.ts";
import { valueChecks } from "./value-keywords.ts";

function nothingSeen(): Evaluated {
  return { names: new Set(), items: new Set() };
}

/** Checks a value by each keyword of a schema; what was looked at is told only of a value that fits. */
function checkAll(
  checks: readonly Check[],
  value: Json,
  budget: SchemaBudget,
  tracking: { readonly own: Evaluated; readonly seen: Evaluated | undefined } | undefined,
): Misfit | undefined {
  for (const check of checks) {
    const found = check(value, budget, tracking?.own);
    if (found !== undefined) return found;
  }
  if (tracking?.seen === undefined) return undefined;
  const { own, seen } = tracking;
  spend(budget, own.names.size + own.items.size);
  for (const name of own.names) seen.names.add(name);
  for (const item of own.items) seen.items.add(item);
  return undefined;
}

/** Builds the checks of a document's schemas, each once. References lead to any schema of the document. */
export function compileDocument(root: JsonObject): (schema: Json) => Check {
  const known = new Map<JsonObject, Check>();
  const isTracking = allSchemas(root).some(
    ({ schema }) => "unevaluatedProperties" in schema || "unevaluatedItems" in schema,
  );
  let references: References | undefined;
  const checkOf = (schema: Json | undefined): Check => {
    if (schema === false) return () => misfit("False boolean schema");
    // What is no schema says nothing.
    if (!isJsonObject(schema)) return () => undefined;
    const made = known.get(schema);
    if (made !== undefined) return made;
    let checks: readonly Check[] | undefined;
    const check: Check = (value, budget, seen) => {
      checks ??= [
        ...valueChecks(schema),
        ...referenceChecks(schema),
        ...choiceChecks(schema, { checkOf, isTracking }),
        ...objectChecks(schema, { checkOf, isTracking }),
        ...arrayChecks(schema, { checkOf, isTracking }),
      ];
      const all = checks;
      spend(budget, 1 + all.length);
      return deeper(budget, () => checkAll(all, value, budget, isTracking ? { own: nothingSeen(), seen } : undefined));
    };
    known.set(schema, check);
    return check;
  };
  const referenceChecks = (schema: JsonObject): readonly Check[] => {
    const wanted = referenceKeywords.map((keyword) => schema[keyword]).filter((one) => typeof one === "string");
    return wanted.map((reference): Check => {
      references ??= indexReferences(root);
      const target = references.find(schema, reference);
      if (target === undefined) {
        return () => {
          throw new UnreadableSchema(`found the reference "${reference}", which leads to no schema of the description`);
        };
      }
      return checkOf(target);
    });
  };
  return checkOf;
}
