import type { Json, JsonObject } from "../../domain/values/json.ts";
import type { Compiling } from "./check.ts";
import { type Check, type Evaluated, type Misfit, misfit, type SchemaBudget } from "./check.ts";
import { countedText, numberOf } from "./value-keywords.ts";

type ArrayCheck = (items: readonly Json[], budget: SchemaBudget, seen: Evaluated | undefined) => Misfit | undefined;

/** Builds the checks of the keywords that look at the items of an array (2020-12, 10.3.1; validation, 6.4). */
export function arrayChecks(schema: JsonObject, compiling: Compiling): readonly Check[] {
  const { contains, uniqueItems, unevaluatedItems } = schema;
  const checks: ArrayCheck[] = [...countChecks(schema), ...itemChecks(schema, compiling)];
  if (contains !== undefined) checks.push(containsCheck(schema, compiling.checkOf(contains)));
  if (unevaluatedItems !== undefined) checks.push(restCheck(0, compiling.checkOf(unevaluatedItems), true));
  if (uniqueItems === true) checks.push(uniqueCheck);
  return checks.map(
    (check) => (value, budget, seen) => (Array.isArray(value) ? check(value, budget, seen) : undefined),
  );
}

function countChecks(schema: JsonObject): readonly ArrayCheck[] {
  const least = numberOf(schema.minItems);
  const most = numberOf(schema.maxItems);
  return [
    ({ length }) =>
      most !== undefined && length > most ? misfit(`Array has too many items (${length} > ${most})`) : undefined,
    ({ length }) =>
      least !== undefined && length < least ? misfit(`Array has too few items (${length} < ${least})`) : undefined,
  ];
}

/** The first items by their places, the others by one schema; a list of `items` and `additionalItems` are of old. */
function itemChecks(schema: JsonObject, { checkOf }: Compiling): readonly ArrayCheck[] {
  const { prefixItems, items, additionalItems } = schema;
  const old = Array.isArray(items) ? items : [];
  const places = [...(Array.isArray(prefixItems) ? prefixItems : []), ...old.slice(prefixLength(prefixItems))].map(
    checkOf,
  );
  const others = Array.isArray(items) ? additionalItems : items;
  const checks: ArrayCheck[] = [];
  if (places.length > 0) {
    checks.push((values, budget, seen) => {
      for (const [index, check] of places.entries()) {
        if (index >= values.length) break;
        const found = item(values, index, check, budget);
        if (found !== undefined) return found;
        seen?.items.add(index);
      }
      return undefined;
    });
  }
  if (others !== undefined) checks.push(restCheck(places.length, checkOf(others)));
  return checks;
}

function prefixLength(prefixItems: Json | undefined): number {
  return Array.isArray(prefixItems) ? prefixItems.length : 0;
}

/** Checks the items from a place on: all of them, or those that nobody looked at. */
function restCheck(start: number, check: Check, isUnevaluated = false): ArrayCheck {
  return (values, budget, seen) => {
    for (let index = start; index < values.length; index += 1) {
      if (isUnevaluated && seen?.items.has(index) === true) continue;
      const found = item(values, index, check, budget);
      if (found !== undefined) return found;
      seen?.items.add(index);
    }
    return undefined;
  };
}

function containsCheck(schema: JsonObject, check: Check): ArrayCheck {
  const least = numberOf(schema.minContains) ?? 1;
  const most = numberOf(schema.maxContains);
  return (values, budget, seen) => {
    let count = 0;
    for (let index = 0; index < values.length; index += 1) {
      if (item(values, index, check, budget) !== undefined) continue;
      count += 1;
      seen?.items.add(index);
      if (seen === undefined && most === undefined && count >= least) break;
    }
    if (count < least) return misfit(`Array must contain at least ${least} items matching schema. Found ${count}`);
    if (most !== undefined && count > most) {
      return misfit(`Array may contain at most ${most} items matching schema. Found ${count}`);
    }
    return undefined;
  };
}

/** Equal items have equal texts: each is looked at once. */
function uniqueCheck(values: readonly Json[], budget: SchemaBudget): Misfit | undefined {
  const places = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const text = countedText(value, budget);
    const earlier = places.get(text);
    if (earlier !== undefined) return misfit(`Duplicate items at indexes ${earlier} and ${index}`);
    places.set(text, index);
  }
  return undefined;
}

function item(values: readonly Json[], index: number, check: Check, budget: SchemaBudget): Misfit | undefined {
  const found = check(values[index] ?? null, budget, undefined);
  return found === undefined ? undefined : { ...found, place: `/${index}${found.place}` };
}
